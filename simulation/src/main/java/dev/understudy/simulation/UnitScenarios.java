package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Customers who stay in their arm (s8), counted and judged as the collector does. */
final class UnitScenarios {
  /** A customer's share of right answers, 1 in 4 on average: Beta(1, 3), by inversion. */
  static double rate(RandomGenerator random) {
    return 1 - Math.cbrt(1 - random.nextDouble());
  }

  private static final int UNKNOWN = Measure.FEWEST_REFERENCE_RUNS;
  private static final double SHARE = 0.5;
  private static final double LOOK = Double.POSITIVE_INFINITY;

  /** One request moves little, and a look costs more than all that it looks at. */
  private static final int EACH_LOOK = 5;

  private UnitScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "sticky-customers-growing",
            "s8",
            CUSTOMERS + "; with each fifth request a new customer comes",
            customers(true),
            Measure.falsePromotions(0.007, UNKNOWN)),
        Scenario.inferred(
            "sticky-customers-fixed-panel",
            "s8",
            CUSTOMERS + "; 2,000 customers from the start",
            customers(false),
            Measure.falsePromotions(0.015, UNKNOWN)),
        Scenario.ours(
            "customers-with-many-requests-equal",
            "units",
            VISITS + "; equal versions, 10,000 customers",
            visits(0, 10_000),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "customers-with-many-requests-better",
            "units",
            VISITS
                + "; the candidate is right in one of 20 cases more in which current is wrong;"
                + " samples are customers, the reference is a plain computation of such customers",
            visits(0.05, 40_000),
            Measure.medianSamples(MEDIAN_OF_VISITS)),
        Scenario.ours(
            "covariate-equal",
            "cuped",
            VALUES + "; equal arms, 10,000 customers, judged with the covariate",
            values(0, 10_000, true),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "covariate-better-but-not-used",
            "cuped",
            VALUES
                + "; 0.15 more in the candidate's arm, judged without the covariate; the reference"
                + " is a plain computation of such values",
            values(GAIN, 40_000, false),
            Measure.medianSamples(MEDIAN_WITHOUT_COVARIATE)),
        Scenario.ours(
            "covariate-better",
            "cuped",
            VALUES
                + "; 0.15 more in the candidate's arm, judged with the covariate; the reference is"
                + " a plain computation of values with half the variance",
            values(GAIN, 40_000, true),
            Measure.medianSamples(MEDIAN_WITH_COVARIATE)));
  }

  /** Of a plain computation, see {@code OwnReferencesTest}. */
  static final long MEDIAN_OF_VISITS = 1_300;

  static final long MEDIAN_WITHOUT_COVARIATE = 4_170;
  static final long MEDIAN_WITH_COVARIATE = 2_085;

  private static final String CUSTOMERS =
      "each customer has a rate of its own from Beta(1, 3) and stays in its arm; 40,000 requests, all"
          + " our choice";
  private static final String VISITS =
      "each customer comes once, with 1 request and as many more as an exponential number has whole"
          + " ones, 2 on average for the luckiest and 10 for the least lucky; its answers are right at a"
          + " rate of its own from Beta(1, 3)";
  private static final String VALUES =
      "customers with one request each, worth 10 on average with a standard deviation of 2, half of"
          + " whose variance was known before";

  private static Scenario.Run customers(boolean growing) {
    int panel = growing ? 1 : 2_000;
    return Judged.better(
        byUnit(Plans.accuracy(0).setCentre(0.25)),
        40_000,
        () -> {
          Panel all = new Panel();
          return (random, unit, tallied) -> {
            if (growing ? unit % 5 == 0 : unit == 0) {
              for (int i = 0; i < panel; i++) {
                all.add(rate(random), random.nextDouble());
              }
            }
            int customer = random.nextInt(all.size());
            boolean right = random.nextDouble() < all.rate(customer);
            tallied.plus(
                customer, Double.NaN, Units.assigned(SHARE, all.place(customer) < SHARE, right));
            return (unit + 1) % EACH_LOOK == 0 ? LOOK : 0;
          };
        });
  }

  static TestPlan byUnit(Kpi.Builder kpi) {
    return Plans.frozen(Plans.split(kpi, SHARE).setByUnit(true));
  }

  /**
   * How many requests a customer makes.
   *
   * @param rate of its right answers
   */
  static int requests(RandomGenerator random, double rate) {
    return 1 + (int) ((10 - 8 * rate) * random.nextExponential());
  }

  private static Scenario.Run visits(double gain, long customers) {
    return Judged.better(
        byUnit(Plans.accuracy(0).setCentre(0.25)),
        customers,
        (random, customer, tallied) -> {
          boolean toCandidate = random.nextDouble() < SHARE;
          double plain = rate(random);
          int requests = requests(random, plain);
          double rate = toCandidate ? plain + (1 - plain) * gain : plain;
          for (int i = 0; i < requests; i++) {
            boolean right = random.nextDouble() < rate;
            tallied.plus((int) customer, Double.NaN, Units.assigned(SHARE, toCandidate, right));
          }
          return (customer + 1) % EACH_LOOK == 0 ? LOOK : 0;
        });
  }

  static final double GAIN = 0.15;

  /** Customers that a test with one look needs without the covariate, at a power of 80 %. */
  static final long FIXED = 4_400;

  private static final double MEAN = 10;

  private static Scenario.Run values(double gain, long customers, boolean adjusted) {
    Kpi.Builder value =
        Plans.kpi(KpiKind.VALUE)
            .setCap(2 * MEAN)
            .setCentre(MEAN)
            .setTuningUnits(adjusted ? FIXED / 2 : FIXED);
    return Judged.better(
        byUnit(adjusted ? value.setCovariate("before") : value),
        customers,
        (random, customer, tallied) -> value(random, (int) customer, gain, tallied));
  }

  private static double value(SplittableRandom random, int customer, double gain, Tallied tallied) {
    boolean toCandidate = random.nextDouble() < SHARE;
    double before = random.nextGaussian();
    double value =
        MEAN + (toCandidate ? gain : 0) + Math.sqrt(2) * (before + random.nextGaussian());
    tallied.plus(customer, before, Units.worth(SHARE, toCandidate, value));
    return (customer + 1) % EACH_LOOK == 0 ? LOOK : 0;
  }
}
