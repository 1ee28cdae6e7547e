package dev.understudy.training.pipeline;

import static dev.understudy.training.data.CreditColumn.AMOUNT;
import static dev.understudy.training.data.CreditColumn.ARREARS;
import static dev.understudy.training.data.CreditColumn.HOME;
import static dev.understudy.training.data.CreditColumn.JOB;
import static dev.understudy.training.data.CreditColumn.SENIORITY;
import static dev.understudy.training.data.CreditColumn.TIME;

import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.graph.Faults;
import dev.understudy.training.graph.Preparation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The models that can be trained: one to begin with, two better ones, and two that must not win.
 */
public enum Recipe {
  SCORECARD("logistic regression on Seniority, Amount and Time", Family.LINEAR) {
    @Override
    Set<CreditColumn> used() {
      return EnumSet.of(SENIORITY, AMOUNT, TIME);
    }
  },
  LOGISTIC("logistic regression on all permitted columns", Family.LINEAR),
  TREES("gradient-boosted trees on all permitted columns", Family.TREES),
  LEAKY("trees that also learnt from Arrears, a column that serving never has", Family.TREES) {
    @Override
    Set<CreditColumn> used() {
      return EnumSet.allOf(CreditColumn.class);
    }
  },
  BROKEN("the trees in a graph that fails for some jobs and is slow for some homes", Family.TREES) {
    @Override
    Optional<Faults> faults() {
      return Optional.of(new Faults(JOB, "partime", HOME, "priv", LOOP_TURNS));
    }
  };

  /** About 0.1 s on an ordinary core. */
  private static final long LOOP_TURNS = 110_000;

  /** What kind of function the log odds are. */
  enum Family {
    LINEAR,
    TREES
  }

  private final String description;
  private final Family family;

  Recipe(String description, Family family) {
    this.description = description;
    this.family = family;
  }

  /** The recipe of that key; empty if there is none. */
  public static Optional<Recipe> of(String key) {
    return Arrays.stream(values()).filter(recipe -> recipe.key().equals(key)).findFirst();
  }

  /** All keys, for messages. */
  public static String keys() {
    return Arrays.stream(values()).map(Recipe::key).collect(Collectors.joining(", "));
  }

  /** The name in commands, folders and run files, e.g. {@code trees}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One line for people. */
  public String description() {
    return description;
  }

  /** What the model is told, in the order of the contract. */
  public List<CreditColumn> columns() {
    return used().stream().sorted().toList();
  }

  Set<CreditColumn> used() {
    return EnumSet.complementOf(EnumSet.of(ARREARS));
  }

  /** Trees can make something of a missing income; a line through it is better filled in only. */
  Preparation preparation(List<CreditRow> rows) {
    return Preparation.of(columns(), rows, family == Family.TREES);
  }

  Family family() {
    return family;
  }

  Optional<Faults> faults() {
    return Optional.empty();
  }

  /**
   * Whether its author tried it on such a row. The faulty graph was never tried on the rows that it
   * fails on; that is how it got as far as a rehearsal.
   */
  boolean triedOn(CreditRow row) {
    return faults()
        .map(
            faults ->
                !row.category(faults.failing()).equals(Optional.of(faults.failingCategory()))
                    && !row.category(faults.slow()).equals(Optional.of(faults.slowCategory())))
        .orElse(true);
  }
}
