package dev.understudy.registry.measure;

import dev.understudy.contracts.v1.Cost;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one prediction costs, by what came true and what was predicted, as it is written in a
 * request. A pair that is not named costs nothing.
 */
public record CostSpec(
    @Nullable String outcome, @Nullable String predicted, @Nullable Double cost) {
  private static final int MOST = 10_000;

  /**
   * The whole matrix, once everything in it is right; at least one cost is above 0.
   *
   * @param at the path of the list in the request
   */
  static List<Cost> checked(String at, List<CostSpec> specs, Predicted predicted) {
    Checks.between(at, specs.size(), 1, MOST);
    Set<String> values = new HashSet<>(predicted.outcomes());
    Set<List<String>> seen = new HashSet<>();
    List<Cost> costs = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      Cost cost = Checks.present(each, specs.get(i)).one(each, values);
      if (!seen.add(List.of(cost.getOutcome(), cost.getPredicted()))) {
        throw Refused.field(
            each,
            "'%s' predicted as '%s' is there twice, keep one"
                .formatted(cost.getOutcome(), cost.getPredicted()));
      }
      costs.add(cost);
    }
    if (costs.stream().allMatch(cost -> cost.getCost() == 0)) {
      throw Refused.field(at, "no cost is above 0, so that all models would cost the same");
    }
    return List.copyOf(costs);
  }

  private Cost one(String at, Set<String> values) {
    double amount = Checks.present(at + ".cost", cost);
    if (amount < 0) {
      throw Refused.field(
          at + ".cost", "a cost is not below 0; add the same amount to all, the lowest becomes 0");
    }
    return Cost.newBuilder()
        .setOutcome(known(at + ".outcome", outcome, values))
        .setPredicted(known(at + ".predicted", predicted, values))
        .setCost(Checks.between(at + ".cost", amount, 0, KpiSpec.LARGEST_CAP))
        .build();
  }

  private static String known(String field, @Nullable String value, Set<String> values) {
    String name = Checks.present(field, value);
    if (!values.contains(name)) {
      throw Refused.field(
          field, "the outcome never has this value; those of the model's 'meaning' are possible");
    }
    return name;
  }
}
