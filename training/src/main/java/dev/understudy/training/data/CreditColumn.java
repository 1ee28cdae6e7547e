package dev.understudy.training.data;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a model may be told about an application, in the order of the contract. Age and Marital are
 * not here on purpose: they are sensitive, so no recipe can name them.
 */
public enum CreditColumn {
  /** Years in the job. */
  SENIORITY(number("Seniority", false)),
  HOME(category("Home", true, "owner", "rent", "priv", "parents", "ignore", "other")),
  /** Months of the loan. */
  TIME(number("Time", false)),
  /** Earlier defaults on record. */
  RECORDS(category("Records", false, "yes", "no")),
  JOB(category("Job", true, "fixed", "freelance", "partime", "others")),
  EXPENSES(number("Expenses", false)),
  INCOME(number("Income", true)),
  ASSETS(number("Assets", true)),
  DEBT(number("Debt", true)),
  AMOUNT(number("Amount", false)),
  PRICE(number("Price", false)),
  /**
   * Months in arrears: known only after the loan has run, so always missing while one serves. A
   * model that learns from it has seen the answer.
   */
  ARREARS(number("Arrears", true));

  private final Column contract;

  CreditColumn(Column contract) {
    this.contract = contract;
  }

  private static Column number(String name, boolean mayBeMissing) {
    return new Column(
        name,
        Datatype.FP32,
        List.of(-1L),
        mayBeMissing,
        false,
        List.of(),
        OptionalDouble.of(0),
        OptionalDouble.empty());
  }

  private static Column category(String name, boolean mayBeMissing, String... categories) {
    return Column.category(name, mayBeMissing, categories);
  }

  /** Name, type and limits, as clients see them. */
  public Column contract() {
    return contract;
  }

  /** As in the data and in the graph, e.g. {@code Seniority}. */
  public String columnName() {
    return contract.name();
  }

  /** Text, one of {@link #categories}; else a number. */
  public boolean isCategory() {
    return contract.datatype() == Datatype.BYTES;
  }

  /** The texts that are allowed; empty for a number. */
  public List<String> categories() {
    return contract.categories();
  }

  /** Whether an application may leave it out. */
  public boolean mayBeMissing() {
    return contract.mayBeMissing();
  }
}
