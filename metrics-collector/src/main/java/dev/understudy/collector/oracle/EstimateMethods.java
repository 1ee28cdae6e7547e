package dev.understudy.collector.oracle;

import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.ConfusionCube;
import dev.understudy.collector.statistics.Cuped;
import dev.understudy.collector.statistics.DeLong;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.PairedRegression;
import dev.understudy.collector.statistics.RatioMetric;
import dev.understudy.collector.statistics.RatioOfMeans;
import dev.understudy.collector.statistics.SampleSize;
import dev.understudy.collector.statistics.ScoredPair;
import dev.understudy.collector.statistics.Welch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The estimates that feed the sequential methods, and what is for display. */
final class EstimateMethods {
  private static final Pattern THREE_CLASSES =
      Pattern.compile("(\\d)(\\d)(\\d)|(\\d{1,6}),(\\d{1,6}),(\\d{1,6})");
  private static final int LARGEST_BLOCK = 4_096;

  private EstimateMethods() {}

  static Figures momentsMerge(Inputs in) {
    Moments merged = Moments.of(in.numbers("partA")).merge(Moments.of(in.numbers("partB")));
    return Figures.of("n", merged.count()).and("mean", merged.mean()).and("m2", merged.m2());
  }

  static Figures clusterRatio(Inputs in) {
    double[] sums = in.numbers("unitSum");
    double[] counts = in.numbers("unitCount");
    in.requireSameLength("unitSum", sums.length, "unitCount", counts.length);
    int split = in.whole("splitAt", 0, sums.length);
    Estimate ratio =
        RatioOfMeans.of(
            moments(counts, sums, 0, split).merge(moments(counts, sums, split, sums.length)));
    return Figures.of("ratio", ratio.value()).and("se", ratio.standardError());
  }

  static Figures cuped(Inputs in) {
    Cuped adjusted = Cuped.of(arm(in, "xC", "yC"), arm(in, "xT", "yT"));
    return difference(adjusted.difference()).and("theta", adjusted.theta());
  }

  static Figures welch(Inputs in) {
    Welch welch = Welch.of(sample(in, "C"), sample(in, "T"));
    return difference(welch.difference()).and("t", welch.t()).and("df", welch.degreesOfFreedom());
  }

  static Figures confusionCubeDiff(Inputs in) {
    ConfusionCube cube = cube(in.object("cells"));
    return difference(
        switch (in.word("metric")) {
          case "f1" -> cube.difference(RatioMetric.f1(1));
          case "precision" -> cube.difference(RatioMetric.precision(1));
          case "recall" -> cube.difference(RatioMetric.recall(1));
          case "accuracy" -> cube.difference(RatioMetric.accuracy());
          case "macroF1" -> cube.macroF1Difference();
          case "benefit" -> cube.difference(RatioMetric.benefit(in.table("costs")));
          default ->
              throw new BadCase(
                  in.field("metric"),
                  "'%s' is not one of f1, precision, recall, accuracy, macroF1, benefit"
                      .formatted(in.word("metric")));
        });
  }

  static Figures regressionPaired(Inputs in) {
    double[] ofCurrent = in.numbers("errC");
    double[] ofCandidate = in.numbers("errT");
    in.requireSameLength("errC", ofCurrent.length, "errT", ofCandidate.length);
    PairedRegression errors = PairedRegression.EMPTY;
    for (int i = 0; i < ofCurrent.length; i++) {
      errors = errors.add(ofCurrent[i], ofCandidate[i]);
    }
    Estimate rmse = errors.rmseImprovement();
    Estimate mae = errors.maeImprovement();
    return Figures.of("rmseImprovement", rmse.value())
        .and("rmseSe", rmse.standardError())
        .and("maeImprovement", mae.value())
        .and("maeSe", mae.standardError());
  }

  static Figures aucDeLongPaired(Inputs in) {
    DeLong result = DeLong.of(scores(in, "posC", "posT"), scores(in, "negC", "negT"));
    return difference(result.difference())
        .and("aucC", result.current())
        .and("aucT", result.candidate());
  }

  static Figures aucBlocks(Inputs in) {
    long[] labels = in.wholes("labels");
    List<ScoredPair> scores = scores(in, "scoreC", "scoreT");
    in.requireSameLength("labels", labels.length, "scoreC", scores.size());
    AucBlocks blocks =
        new AucBlocks(
            new AucBlocks.Size(
                in.whole("posPerBlock", 1, LARGEST_BLOCK),
                in.whole("negPerBlock", 1, LARGEST_BLOCK)),
            AucBlocks.State.EMPTY);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != 0 && labels[i] != 1) {
        throw new BadCase(
            "%s[%d]".formatted(in.field("labels"), i), "%d is not 0 or 1".formatted(labels[i]));
      }
      blocks.add(labels[i] == 1, scores.get(i)).ifPresent(values::add);
    }
    Moments moments = blocks.blocks();
    return Figures.of("blocks", moments.count())
        .and("mean", moments.mean())
        .and("m2", moments.m2())
        .and("blockDiffs", values);
  }

  static Figures fixedHorizonN(Inputs in) {
    return Figures.of(
        "n",
        SampleSize.fixedHorizon(
            in.number("sd"), in.number("effect"), in.number("alphaOneSided"), in.number("power")));
  }

  private static Figures difference(Estimate estimate) {
    return Figures.of("diff", estimate.value()).and("se", estimate.standardError());
  }

  private static BiMoments arm(Inputs in, String x, String y) {
    double[] xs = in.numbers(x);
    double[] ys = in.numbers(y);
    in.requireSameLength(x, xs.length, y, ys.length);
    return moments(xs, ys, 0, xs.length);
  }

  private static BiMoments moments(double[] xs, double[] ys, int from, int to) {
    BiMoments moments = BiMoments.EMPTY;
    for (int i = from; i < to; i++) {
      moments = moments.add(xs[i], ys[i]);
    }
    return moments;
  }

  /** An arm of which count, mean and unbiased variance are given. */
  private static Moments sample(Inputs in, String arm) {
    long count = in.whole("n" + arm);
    double variance = in.number("var" + arm);
    if (variance < 0) {
      throw new BadCase(in.field("var" + arm), "%s is below 0".formatted(variance));
    }
    return new Moments(count, in.number("mean" + arm), variance * Math.max(0, count - 1));
  }

  private static ConfusionCube cube(Inputs cells) {
    Map<ConfusionCube.Cell, Long> counts = new HashMap<>();
    for (String key : cells.names()) {
      var match = THREE_CLASSES.matcher(key);
      if (!match.matches()) {
        throw new BadCase(
            cells.field(key), "not the classes of label, current and candidate, as 101 or 1,0,1");
      }
      int first = match.group(1) != null ? 1 : 4;
      var cell =
          new ConfusionCube.Cell(
              Integer.parseInt(match.group(first)),
              Integer.parseInt(match.group(first + 1)),
              Integer.parseInt(match.group(first + 2)));
      if (counts.put(cell, cells.whole(key)) != null) {
        throw new BadCase(cells.field(key), "the same cell twice");
      }
    }
    return new ConfusionCube(counts);
  }

  private static List<ScoredPair> scores(Inputs in, String current, String candidate) {
    double[] ofCurrent = in.numbers(current);
    double[] ofCandidate = in.numbers(candidate);
    in.requireSameLength(current, ofCurrent.length, candidate, ofCandidate.length);
    List<ScoredPair> scores = new ArrayList<>();
    for (int i = 0; i < ofCurrent.length; i++) {
      scores.add(new ScoredPair(ofCurrent[i], ofCandidate[i]));
    }
    return scores;
  }
}
