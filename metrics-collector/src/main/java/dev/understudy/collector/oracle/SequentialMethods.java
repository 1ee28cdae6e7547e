package dev.understudy.collector.oracle;

import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.BettingGrid;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.DirichletMultinomial;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.EventShare;
import dev.understudy.collector.statistics.Interval;
import dev.understudy.collector.statistics.RestartMixture;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The methods that may be looked at at any time. */
final class SequentialMethods {
  private static final Map<String, Side> SIDES = Map.of("greater", Side.GREATER, "less", Side.LESS);
  private static final String LOG_E = "logE";
  private static final int MOST_BETS = 1_000;

  private SequentialMethods() {}

  static Figures bettingGrid(Inputs in) {
    BettingGrid grid =
        BettingGrid.of(
            in.whole("K", 1, MOST_BETS),
            in.number("lo"),
            in.number("hi"),
            in.number("uStar"),
            spread(in));
    Figures figures = Figures.NONE;
    int heaviest = 0;
    for (int k = 0; k < grid.count(); k++) {
      figures = figures.and("u" + k, grid.size(k)).and("w" + k, grid.weight(k));
      heaviest = grid.weight(k) > grid.weight(heaviest) ? k : heaviest;
    }
    return figures.and("wMaxIndex", heaviest);
  }

  /** A number, or the logarithm of one as {@code "ln 4"}. */
  private static double spread(Inputs in) {
    if (!in.node().path("sd").isTextual()) {
      return in.number("sd");
    }
    String word = in.word("sd");
    try {
      return word.startsWith("ln ")
          ? Math.log(Double.parseDouble(word.substring(3)))
          : Double.parseDouble(word);
    } catch (NumberFormatException e) {
      throw new BadCase(in.field("sd"), "'%s' is neither a number nor 'ln' of one".formatted(word));
    }
  }

  static Figures cellBettingLogE(Inputs in) {
    return Figures.of(LOG_E, cells(in).logE(in.number("line"), side(in)));
  }

  static Figures cellBettingBounds(Inputs in) {
    return figures(cells(in).interval(in.number("alpha")));
  }

  static Figures boundedBettingLogE(Inputs in) {
    BoundedBetting betting =
        new BoundedBetting(
            new Bounds(in.number("lo"), in.number("hi")), in.number("line"), side(in));
    Wealth wealth = Wealth.EMPTY;
    long clipped = 0;
    for (double value : in.numbers("values")) {
      wealth = wealth.merge(betting.observe(value));
      clipped += betting.clips(value) ? 1 : 0;
    }
    Figures figures = Figures.of(LOG_E, wealth.logE()).and("clipped", clipped);
    double[] sums = wealth.sums();
    for (int k = 0; k < sums.length; k++) {
      figures = figures.and("s" + k, sums[k]);
    }
    return figures;
  }

  static Figures abContrast(Inputs in) {
    double fromCentre = in.number("y") - in.number("center");
    // The bounds of the contrast, for which it needs a cap, are not asked here.
    ArmContrast contrast = new ArmContrast(in.number("propensityT"), 0, 1);
    boolean candidate = in.choice("arm", Map.of("T", true, "C", false));
    return Figures.of(
        "x", candidate ? contrast.ofCandidate(fromCentre) : contrast.ofCurrent(fromCentre));
  }

  static Figures eventShareNull(Inputs in) {
    return Figures.of(
        "line", EventShare.line(in.number("propensityT"), in.number("relativeMargin")));
  }

  static Figures averageLogE(Inputs in) {
    return Figures.of(LOG_E, EValues.average(in.logarithms(LOG_E)));
  }

  static Figures watchRestartLogE(Inputs in) {
    long[] ofNew = in.wholes("eventsNew");
    long[] ofOld = in.wholes("eventsOld");
    in.requireSameLength("eventsNew", ofNew.length, "eventsOld", ofOld.length);
    double line = in.number("line");
    Side side = side(in);
    List<Wealth> hours = new ArrayList<>();
    for (int hour = 0; hour < ofNew.length; hour++) {
      hours.add(
          CellBetting.of(new Cell(1, ofNew[hour]), new Cell(0, ofOld[hour])).wealth(line, side));
    }
    RestartMixture mixture = new RestartMixture(in.whole("hours", 1, Integer.MAX_VALUE));
    return Figures.of(LOG_E, mixture.logE(hours));
  }

  static Figures asympCsRho2(Inputs in) {
    AsympCs sequence = sequence(in);
    return Figures.of(
        "rho2",
        in.flag("twoSided") ? sequence.rhoSquaredTwoSided() : sequence.rhoSquaredOneSided());
  }

  static Figures asympCsTwoSided(Inputs in) {
    return figures(sequence(in).twoSided(estimate(in)));
  }

  static Figures asympCsOneSided(Inputs in) {
    return figures(sequence(in).oneSided(estimate(in)));
  }

  static Figures asympCsLogE(Inputs in) {
    AsympCs sequence = sequence(in);
    Estimate estimate = estimate(in);
    double line = in.number("line");
    return Figures.of("oneSidedGreater", sequence.logE(estimate, line, Side.GREATER))
        .and("oneSidedLess", sequence.logE(estimate, line, Side.LESS))
        .and("twoSided", sequence.logETwoSided(estimate, line));
  }

  static Figures srmLogE(Inputs in) {
    return Figures.of(
        LOG_E, DirichletMultinomial.sampleRatioLogE(in.wholes("counts"), in.numbers("weights")));
  }

  static Figures dirichletMultinomialLogE(Inputs in) {
    return Figures.of(
        LOG_E,
        DirichletMultinomial.logE(
            in.wholes("counts"), in.numbers("weights"), in.number("concentration")));
  }

  private static AsympCs sequence(Inputs in) {
    return new AsympCs(in.number("alpha"), in.number("nStar"));
  }

  private static Estimate estimate(Inputs in) {
    return new Estimate(in.number("estimate"), in.number("se"), in.whole("n"));
  }

  private static Side side(Inputs in) {
    return in.choice("side", SIDES);
  }

  private static CellBetting cells(Inputs in) {
    long[] counts = in.wholes("counts");
    double[] values = in.numbers("d");
    in.requireSameLength("counts", counts.length, "d", values.length);
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      cells.add(new Cell(values[i], counts[i]));
    }
    return new CellBetting(List.of(cells));
  }

  private static Figures figures(Interval interval) {
    return Figures.of("lower", interval.lower()).and("upper", interval.upper());
  }
}
