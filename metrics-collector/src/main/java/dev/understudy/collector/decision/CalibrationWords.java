package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.CalibratedTestOrBuilder;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the figures of a calibration say, for people. */
final class CalibrationWords {
  private final TestPlan plan;
  private final CalibratedTestOrBuilder said;

  CalibrationWords(TestPlan plan, CalibratedTestOrBuilder said) {
    this.plan = plan;
    this.said = said;
  }

  List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "%s of version %s is %s in %s requests with a known outcome"
            .formatted(
                Words.name(plan.primary()),
                plan.current(),
                Words.number(shown(said.getMean())),
                count(said.getKnownUnits())));
    if (said.getClippedShare() > 0) {
      sentences.add(
          "%s of the values are above the cap of %s"
              .formatted(Words.percent(said.getClippedShare()), Words.number(said.getCap())));
    }
    if (said.getSlowThresholdUs() > 0) {
      sentences.add(
          "an answer is slow from %s ms on"
              .formatted(Words.number(said.getSlowThresholdUs() / 1_000.0)));
    }
    if (plan.byUnit()) {
      sentences.add(
          "how long it takes is not foretold: it compares units, and depends on how alike the requests of"
              + " one are");
      return sentences;
    }
    sentences.add(expected());
    if (said.hasLeastUnits() && said.hasExpectedUnits()) {
      sentences.add(
          "that is for versions whose errors have nothing to do with each other; where they mostly agree"
              + " the KPI needs as few as %s requests".formatted(count(said.getLeastUnits())));
    }
    return sentences;
  }

  private String expected() {
    boolean superior = plan.primary().getLine() == KpiLine.SUPERIORITY;
    String condition =
        superior
            ? "a candidate that is better by %s"
                .formatted(Words.number(plan.primary().getMinimumEffect()))
            : "a candidate that is as good";
    if (!said.hasExpectedUnits() || !said.hasExpectedMs()) {
      return superior && tooFar()
          ? "%s cannot be: the current version is not that far from perfect".formatted(condition)
          : "no time can be given in which %s would be promoted: %s never gives enough evidence"
              .formatted(condition, longest());
    }
    return "%s would be promoted after %s%s requests and %s; %s takes longest"
        .formatted(
            condition,
            plan.mode() == RouteMode.SHADOW ? "about at most " : "about ",
            count(said.getExpectedUnits()),
            Words.duration(said.getExpectedMs()),
            longest());
  }

  /** A number of requests, with its thousands marked. */
  static String count(double requests) {
    return String.format(Locale.ROOT, "%,.0f", requests);
  }

  /** RMSE is measured, and compared, as the mean of squared errors. */
  private double shown(double mean) {
    return plan.primary().getKind() == KpiKind.RMSE ? Math.sqrt(mean) : mean;
  }

  private boolean tooFar() {
    double room = plan.measure().moreIsBetter() ? said.getCap() - said.getMean() : said.getMean();
    Measure.Family family = plan.measure().family();
    return (family == Measure.Family.CELLS || family == Measure.Family.SUMS)
        && plan.primary().getMinimumEffect() > room;
  }

  private String longest() {
    return switch (said.getLongest()) {
      case "kpi" -> "the KPI";
      case "units" -> "the minimum of units";
      case "duration" -> "the minimum of time";
      default -> "the guard %s".formatted(said.getLongest());
    };
  }
}
