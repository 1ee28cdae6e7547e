package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.Cost;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;

/** Definitions of tests by every KPI, without guards; current is "1", the candidate "2". */
public final class KpiPlans {
  /** Of every multiclass model here. */
  public static final List<String> CLASSES = List.of("red", "green", "blue");

  private KpiPlans() {}

  public static TestDefinition.Builder shadow(KpiKind kind, Task task) {
    return with(Plans.shadow("t"), kind, task);
  }

  public static TestDefinition.Builder split(KpiKind kind, Task task) {
    return with(Plans.split("t"), kind, task);
  }

  /** The same test by another KPI, of a model with another task; superiority is to be proven. */
  public static TestDefinition.Builder with(TestDefinition.Builder test, KpiKind kind, Task task) {
    Kpi.Builder kpi = Kpi.newBuilder().setKind(kind).setLine(KpiLine.SUPERIORITY);
    switch (kind) {
      case LOG_LOSS -> kpi.setCap(6.908);
      case MAE -> kpi.setCap(10);
      case RMSE -> kpi.setCap(25);
      case VALUE -> kpi.setCap(100);
      case COST ->
          kpi.addAllCosts(
              task == Task.BINARY
                  ? List.of(cost("bad", "good", 5), cost("good", "bad", 1))
                  : List.of(cost("red", "blue", 5), cost("blue", "red", 1)));
      default -> {}
    }
    return test.setPrimary(kpi).setMeaning(meaning(task)).clearGuards();
  }

  public static Cost cost(String outcome, String predicted, double cost) {
    return Cost.newBuilder().setOutcome(outcome).setPredicted(predicted).setCost(cost).build();
  }

  private static OutputMeaning meaning(Task task) {
    OutputMeaning.Builder meaning =
        OutputMeaning.newBuilder().setOutput("probability").setOutcome("status").setTask(task);
    return switch (task) {
      case BINARY -> meaning.setPositive("bad").setNegative("good").setThreshold(0.5).build();
      case MULTICLASS -> meaning.addAllClasses(CLASSES).build();
      default -> meaning.build();
    };
  }
}
