package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.collector.statistics.CellBetting.Cell;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every method against figures from outside: numpy 1.24 and scipy 1.10, mpmath with 40 digits,
 * Optimizely's ssrm, and Java 17 for the random paths. Each case states its tolerance.
 */
class OracleTest {
  private static final Set<String> ELSEWHERE = Set.of("verdict");

  @TestFactory
  Stream<DynamicTest> everyFigureIsThatOfTheOracle() throws Exception {
    JsonNode cases;
    try (InputStream file = getClass().getResourceAsStream("/oracles/statistics.json")) {
      cases = new ObjectMapper().readTree(file).get("cases");
    }
    return StreamSupport.stream(cases.spliterator(), false)
        .filter(one -> !ELSEWHERE.contains(one.get("method").textValue()))
        .map(one -> DynamicTest.dynamicTest(one.get("id").textValue(), () -> check(one)));
  }

  private static void check(JsonNode one) {
    Map<String, Double> computed = compute(one.get("method").textValue(), one.get("inputs"));
    JsonNode expected = one.get("expected");
    double abs = one.get("tol").get("abs").doubleValue();
    double rel = one.get("tol").get("rel").doubleValue();
    computed.forEach(
        (name, value) -> {
          double wanted =
              expected.isNumber() ? expected.doubleValue() : expected.get(name).doubleValue();
          assertThat(value).as(name).isEqualTo(wanted, within(abs + rel * Math.abs(wanted)));
        });
    assertThat(computed).hasSize(expected.isNumber() ? 1 : expected.size());
  }

  private static Map<String, Double> compute(String method, JsonNode in) {
    return switch (method) {
      case "bettingGrid" -> grid();
      case "cellBettingLogE" ->
          Map.of("logE", cells(in).logE(in.get("line").doubleValue(), side(in)));
      case "cellBettingBounds" -> {
        var interval = cells(in).interval(in.get("alpha").doubleValue());
        yield Map.of("lower", interval.lower(), "upper", interval.upper());
      }
      case "boundedBettingLogE" -> bounded(in);
      case "srmLogE" ->
          Map.of("logE", DirichletMultinomial.sampleRatioLogE(longs(in), doubles(in, "weights")));
      case "dirichletMultinomialLogE" ->
          Map.of(
              "logE",
              DirichletMultinomial.logE(
                  longs(in), doubles(in, "weights"), in.get("concentration").doubleValue()));
      case "averageLogE" -> Map.of("logE", EValues.average(doubles(in, "logE")));
      case "abContrast" -> Map.of("x", contrast(in));
      case "eventShareNull" ->
          Map.of(
              "line",
              EventShare.line(
                  in.get("propensityT").doubleValue(), in.get("relativeMargin").doubleValue()));
      case "path_pairedBinary" -> pairedPath(random(in));
      case "path_srm" -> ratioPath(random(in));
      case "path_eventShare" -> eventPath(random(in), 20_000);
      case "path_brierBet" -> brierPath(random(in));
      default -> throw new IllegalArgumentException(method);
    };
  }

  private static Map<String, Double> grid() {
    int largest = 0;
    for (int k = 1; k < Bets.COUNT; k++) {
      largest = Bets.weight(k) > Bets.weight(largest) ? k : largest;
    }
    return Map.of(
        "u0", Bets.size(0),
        "u7", Bets.size(7),
        "u15", Bets.size(15),
        "w0", Bets.weight(0),
        "w7", Bets.weight(7),
        "w15", Bets.weight(15),
        "wMaxIndex", (double) largest);
  }

  private static Map<String, Double> bounded(JsonNode in) {
    BoundedBetting betting =
        new BoundedBetting(
            new Bounds(in.get("lo").doubleValue(), in.get("hi").doubleValue()),
            in.get("line").doubleValue(),
            side(in));
    Wealth wealth = Wealth.EMPTY;
    for (double value : doubles(in, "values")) {
      wealth = wealth.merge(betting.observe(value));
    }
    double[] sums = wealth.sums();
    return Map.of("logE", wealth.logE(), "s0", sums[0], "s8", sums[8], "s15", sums[15]);
  }

  private static double contrast(JsonNode in) {
    double centre = in.get("center").doubleValue();
    ArmContrast contrast = new ArmContrast(in.get("propensityT").doubleValue(), centre, 1);
    double y = in.get("y").doubleValue();
    return in.get("arm").textValue().equals("T") ? contrast.ofCandidate(y) : contrast.ofCurrent(y);
  }

  private static Map<String, Double> pairedPath(SplittableRandom random) {
    long better = 0;
    long worse = 0;
    Path path = new Path(Math.log(20));
    for (int n = 1; n <= 5_000; n++) {
      double u = random.nextDouble();
      better += u < .04 ? 1 : 0;
      worse += u >= .04 && u < .06 ? 1 : 0;
      path.at(
          n,
          CellBetting.of(new Cell(1, better), new Cell(-1, worse), new Cell(0, n - better - worse))
              .logE(0, Side.GREATER));
    }
    return path.figures(1_000, 5_000);
  }

  private static Map<String, Double> ratioPath(SplittableRandom random) {
    long candidate = 0;
    Path path = new Path(Math.log(1_000));
    for (int n = 1; n <= 5_000; n++) {
      candidate += random.nextDouble() < .55 ? 1 : 0;
      path.at(
          n,
          DirichletMultinomial.sampleRatioLogE(
              new long[] {candidate, n - candidate}, new double[] {.5, .5}));
    }
    return path.figures(5_000);
  }

  private static Map<String, Double> eventPath(SplittableRandom random, int most) {
    long candidate = 0;
    long current = 0;
    Path path = new Path(Math.log(20));
    for (int n = 1; n <= most; n++) {
      boolean toCandidate = random.nextDouble() < .5;
      boolean event = random.nextDouble() < .005 * (toCandidate ? 3 : 1);
      candidate += event && toCandidate ? 1 : 0;
      current += event && !toCandidate ? 1 : 0;
      path.at(
          n, CellBetting.of(new Cell(1, candidate), new Cell(0, current)).logE(.5, Side.GREATER));
    }
    Map<String, Double> figures = new LinkedHashMap<>(path.figures());
    figures.put("logELast", path.values.get(most));
    return figures;
  }

  private static Map<String, Double> brierPath(SplittableRandom random) {
    BoundedBetting betting = new BoundedBetting(Bounds.around(1), 0, Side.GREATER);
    Wealth wealth = Wealth.EMPTY;
    Path path = new Path(Math.log(20));
    for (int n = 1; n <= 4_000; n++) {
      double y = random.nextDouble() < .3 ? 1 : 0;
      double q = .1 + .5 * random.nextDouble();
      double ofCurrent = q + (y == 1 ? .15 : 0);
      double ofCandidate = ofCurrent + (y == 1 ? .03 : -.02) + .1 * (random.nextDouble() - .5);
      double benefit = Math.pow(ofCurrent - y, 2) - Math.pow(ofCandidate - y, 2);
      wealth = wealth.merge(betting.observe(benefit));
      path.at(n, wealth.logE());
    }
    return path.figures(4_000);
  }

  /** The values of a run and when they first reached the level. */
  private static final class Path {
    final Map<Integer, Double> values = new LinkedHashMap<>();
    private final double level;
    private double first;

    Path(double level) {
      this.level = level;
    }

    void at(int n, double logE) {
      values.put(n, logE);
      if (first == 0 && logE >= level) {
        first = n;
      }
    }

    Map<String, Double> figures(int... at) {
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("firstN", first);
      for (int n : at) {
        figures.put("logE" + n, values.get(n));
      }
      return figures;
    }
  }

  private static SplittableRandom random(JsonNode in) {
    return new SplittableRandom(in.get("seed").longValue());
  }

  private static CellBetting cells(JsonNode in) {
    long[] counts = longs(in);
    double[] values = doubles(in, "d");
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      cells.add(new Cell(values[i], counts[i]));
    }
    return new CellBetting(List.of(cells));
  }

  private static Side side(JsonNode in) {
    return in.get("side").textValue().equals("greater") ? Side.GREATER : Side.LESS;
  }

  private static long[] longs(JsonNode in) {
    return StreamSupport.stream(in.get("counts").spliterator(), false)
        .mapToLong(JsonNode::longValue)
        .toArray();
  }

  private static double[] doubles(JsonNode in, String name) {
    return StreamSupport.stream(in.get(name).spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }
}
