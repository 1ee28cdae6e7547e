package dev.understudy.bench;

import com.sun.management.ThreadMXBean;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.report.ScoringReport;
import dev.understudy.bench.report.Spread;
import dev.understudy.local.stack.StackException;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelLoader;
import dev.understudy.scoring.ModelRefused;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs one model over and over, one run after the other. */
final class ScoringRun {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Model model;
  private final Map<String, Tensor> rows;
  private final ScoringRoom room;

  private ScoringRun(Model model, Map<String, Tensor> rows, ScoringRoom room) {
    this.model = model;
    this.rows = rows;
    this.room = room;
  }

  private record Figures(double runUs, double roundTripUs, double bytes) {}

  static ScoringReport measure(BenchModel of, int batch, int rounds, Duration each)
      throws ModelRefused {
    Map<String, Tensor> rows =
        of.rows(batch).stream().collect(Collectors.toMap(Tensor::name, tensor -> tensor));
    try (Model model = ModelLoader.load(of.artefact(), of.sha256(), of.contract());
        ScoringRoom room = new ScoringRoom("bench", 1, 1)) {
      ScoringRun run = new ScoringRun(model, rows, room);
      run.round(each.multipliedBy(2));
      List<Figures> figures = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        figures.add(run.round(each));
      }
      return new ScoringReport(
          of.name(),
          batch,
          spread(figures, Figures::runUs),
          spread(figures, Figures::roundTripUs),
          spread(figures, Figures::bytes));
    }
  }

  private static Spread spread(List<Figures> figures, Function<Figures, Double> of) {
    return Spread.of(figures.stream().map(of).toList());
  }

  // Nothing else runs here meanwhile, so what all threads allocate is what the runs allocate.
  private Figures round(Duration length) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long runs = 0;
    long runNanos = 0;
    long bytes = threads.getTotalThreadAllocatedBytes();
    long start = System.nanoTime();
    do {
      Score score = model.score(rows, DEADLINE, room).toCompletableFuture().join();
      if (!(score instanceof Score.Answered answered)) {
        throw new StackException("The model did not answer: " + score);
      }
      runNanos += answered.latencyNanos();
      runs++;
    } while (System.nanoTime() - start < length.toNanos());
    long nanos = System.nanoTime() - start;
    return new Figures(
        runNanos / 1e3 / runs,
        nanos / 1e3 / runs,
        (double) (threads.getTotalThreadAllocatedBytes() - bytes) / runs);
  }
}
