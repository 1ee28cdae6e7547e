package dev.understudy.collector.oracle;

/** Computes the figures of a case from its inputs. */
@FunctionalInterface
interface OracleMethod {
  /**
   * The figures.
   *
   * @throws BadCase when an input is missing or of the wrong type
   * @throws IllegalArgumentException when the inputs have no meaning together
   */
  Figures compute(Inputs in);
}
