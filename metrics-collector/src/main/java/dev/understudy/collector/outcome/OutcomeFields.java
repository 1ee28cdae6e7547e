package dev.understudy.collector.outcome;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The fields of one outcome and what each may hold, whichever way they were written down. */
final class OutcomeFields {
  static final String PREDICTION_ID = "prediction_id";
  static final String ROW = "row";
  static final String PROJECT = "project";
  static final String MODEL = "model";
  static final String NAME = "name";
  static final String VALUE = "value";
  static final String REVISION = "revision";
  static final String SOURCE = "source";
  static final String LABELLING_PROBABILITY = "labelling_probability";

  /** All of them, as the columns of a CSV are called. */
  static final List<String> ALL =
      List.of(
          PREDICTION_ID, ROW, PROJECT, MODEL, NAME, VALUE, REVISION, SOURCE, LABELLING_PROBABILITY);

  /** Those that every outcome has. */
  static final List<String> REQUIRED = List.of(PREDICTION_ID, NAME, VALUE);

  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final int LONGEST_TEXT = 1_024;
  private static final int LONGEST_SOURCE = 256;

  private final int number;
  private final OutcomeObserved.Builder outcome = OutcomeObserved.newBuilder();

  /** The fields of the outcome with that number in its batch, counted from 1. */
  OutcomeFields(int number) {
    this.number = number;
  }

  static boolean isPredictionId(String id) {
    return UUID.matcher(id).matches();
  }

  void predictionId(String id) {
    require(
        isPredictionId(id),
        PREDICTION_ID,
        "is not a prediction id (a UUID, from the header or parameter of the answer)");
    outcome.setPredictionId(id.toLowerCase(Locale.ROOT));
  }

  void row(long row) {
    require(row >= 0 && row <= Integer.MAX_VALUE, ROW, "is not a row of a request, from 0 on");
    outcome.setRow((int) row);
  }

  void project(String project) {
    require(Names.allowed(project), PROJECT, "is not a name: " + Names.RULE);
    outcome.setProject(project);
  }

  void model(String model) {
    require(Names.allowed(model), MODEL, "is not a name: " + Names.RULE);
    outcome.setModel(model);
  }

  void name(String name) {
    require(Names.allowed(name), NAME, "is not a name: " + Names.RULE);
    outcome.setName(name);
  }

  void text(String value) {
    require(!value.isEmpty(), VALUE, "is empty");
    require(
        value.length() <= LONGEST_TEXT,
        VALUE,
        "has %d characters, at most %d are taken".formatted(value.length(), LONGEST_TEXT));
    outcome.setValue(OutcomeValue.newBuilder().setText(value));
  }

  void number(double value) {
    require(Double.isFinite(value), VALUE, "is not a finite number");
    outcome.setValue(OutcomeValue.newBuilder().setNumber(value));
  }

  void flag(boolean value) {
    outcome.setValue(OutcomeValue.newBuilder().setFlag(value));
  }

  void revision(long revision) {
    require(
        revision >= 0 && revision <= Integer.MAX_VALUE, REVISION, "is not a revision, from 0 on");
    outcome.setRevision((int) revision);
  }

  void source(String source) {
    require(
        source.length() <= LONGEST_SOURCE,
        SOURCE,
        "has %d characters, at most %d are taken".formatted(source.length(), LONGEST_SOURCE));
    outcome.setSource(source);
  }

  void labellingProbability(double probability) {
    require(
        probability > 0 && probability <= 1,
        LABELLING_PROBABILITY,
        "is not a probability above 0 and up to 1");
    outcome.setLabellingProbability(probability);
  }

  /** The outcome, if nothing is missing. */
  OutcomeObserved outcome() {
    require(!outcome.getPredictionId().isEmpty(), PREDICTION_ID, "is missing");
    require(!outcome.getName().isEmpty(), NAME, "is missing");
    require(outcome.hasValue(), VALUE, "is missing");
    return outcome.build();
  }

  OutcomeProblem problem(String field, String detail) {
    return OutcomeProblem.ofRow(number, field, detail);
  }

  private void require(boolean holds, String field, String detail) {
    if (!holds) {
      throw problem(field, detail);
    }
  }
}
