package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model as it is written in a request and kept: its task, what clients may send, what every
 * version must answer, how the answer is read, how candidates are measured where a rollout does not
 * say, and how it is served. Unchecked until {@link #check}.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelSpec(
    @Nullable String name,
    @Nullable String task,
    @Nullable List<Input> inputs,
    @Nullable List<Output> outputs,
    @Nullable MeaningSpec meaning,
    @Nullable List<KpiSpec> kpis,
    @Nullable List<GuardSpec> guards,
    @Nullable ServingSpec serving) {
  private static final int MOST_COLUMNS = 1_000;
  private static final int MOST_CATEGORIES = 10_000;
  private static final int MOST_DIMENSIONS = 8;
  static final int LONGEST_CATEGORY = 1_000;

  private enum Task {
    BINARY_CLASSIFICATION(dev.understudy.contracts.v1.Task.BINARY),
    MULTICLASS_CLASSIFICATION(dev.understudy.contracts.v1.Task.MULTICLASS),
    REGRESSION(dev.understudy.contracts.v1.Task.REGRESSION);

    private final dev.understudy.contracts.v1.Task onTheWire;

    Task(dev.understudy.contracts.v1.Task onTheWire) {
      this.onTheWire = onTheWire;
    }
  }

  /** What a tensor can hold, by the Open Inference Protocol's names. */
  enum Datatype {
    BOOL,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    INT8,
    INT16,
    INT32,
    INT64,
    FP16,
    BF16,
    FP32,
    FP64,
    BYTES;

    boolean isNumeric() {
      return this != BOOL && this != BYTES;
    }

    boolean isFloating() {
      return this == FP16 || this == BF16 || this == FP32 || this == FP64;
    }

    /** NaN, or the empty text, says so. */
    boolean canBeMissing() {
      return isFloating() || this == BYTES;
    }
  }

  /** One column that clients may send; the limits are those of a value. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Input(
      @Nullable String name,
      @Nullable String datatype,
      @Nullable List<Long> shape,
      @Nullable Boolean mayBeMissing,
      @Nullable Boolean mayBeNan,
      @Nullable List<String> categories,
      @Nullable Double minimum,
      @Nullable Double maximum) {}

  /**
   * One tensor that every version answers with; its labels name the classes, one for each element
   * of a row.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Output(
      @Nullable String name,
      @Nullable String datatype,
      @Nullable List<Long> shape,
      @Nullable List<String> labels) {}

  /** Refuses the first thing that is wrong, by its path in the request. */
  public void check() {
    Checks.name("name", name);
    inputColumns();
    Predicted predicted = predicted();
    List<KpiSpec> measures = kpis();
    for (int i = 0; i < measures.size(); i++) {
      String at = "kpis[%d]".formatted(i);
      Checks.present(at, measures.get(i)).checked(at, predicted, RouteMode.ROUTE_MODE_UNSPECIFIED);
    }
    if (guards != null) {
      GuardSpec.checked("guards", guards);
    }
    // Of a model that is new: it has no version yet that could be fallen back to.
    servingOrNone().policy("serving.", this, version -> Optional.empty());
  }

  /** How it is served; what asks for nothing where nothing was said. */
  public ServingSpec servingOrNone() {
    return serving == null ? ServingSpec.NONE : serving;
  }

  /** The same model, served like that. */
  ModelSpec with(@Nullable ServingSpec other) {
    return new ModelSpec(name, task, inputs, outputs, meaning, kpis, guards, other);
  }

  /** The column of that name. */
  public Optional<InputColumn> input(String column) {
    return inputColumns().stream().filter(one -> one.getName().equals(column)).findFirst();
  }

  /** The measures of a rollout that names none; empty when there are none. */
  @Override
  public List<KpiSpec> kpis() {
    return kpis == null ? List.of() : kpis;
  }

  /** The input contract, as the gateways get it. */
  public List<InputColumn> inputColumns() {
    List<Input> all = Checks.present("inputs", inputs);
    Checks.between("inputs", all.size(), 1, MOST_COLUMNS);
    List<InputColumn> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < all.size(); i++) {
      String at = "inputs[%d]".formatted(i);
      Input input = Checks.present(at, all.get(i));
      InputColumn column = column(at, input);
      if (!names.add(column.getName())) {
        throw Refused.field(at + ".name", "the name '%s' is used twice".formatted(input.name()));
      }
      columns.add(column);
    }
    return List.copyOf(columns);
  }

  private static InputColumn column(String at, Input input) {
    Datatype type =
        Checks.choice(at + ".datatype", input.datatype(), EnumSet.allOf(Datatype.class));
    InputColumn.Builder column =
        InputColumn.newBuilder()
            .setName(Checks.name(at + ".name", input.name()))
            .setDatatype(type.name())
            .addAllShape(shape(at + ".shape", input.shape()))
            .setMayBeMissing(Boolean.TRUE.equals(input.mayBeMissing()))
            .setMayBeNan(Boolean.TRUE.equals(input.mayBeNan()));
    if (column.getMayBeMissing() && !type.canBeMissing()) {
      throw Refused.field(
          at + ".may_be_missing",
          "%s has no value that says missing; take a floating-point type or BYTES".formatted(type));
    }
    if (column.getMayBeNan() && !type.isFloating()) {
      throw Refused.field(at + ".may_be_nan", "only floating-point columns know NaN");
    }
    if (input.categories() != null && !input.categories().isEmpty()) {
      if (type != Datatype.BYTES) {
        throw Refused.field(at + ".categories", "only BYTES columns have categories");
      }
      column.addAllCategories(categories(at + ".categories", input.categories()));
    }
    Double least = input.minimum();
    Double most = input.maximum();
    if ((least != null || most != null) && !type.isNumeric()) {
      throw Refused.field(at + ".minimum", "only columns of numbers have limits");
    }
    if (least != null) {
      column.setMinimum(finite(at + ".minimum", least));
    }
    if (most != null) {
      column.setMaximum(finite(at + ".maximum", most));
    }
    if (least != null && most != null && least > most) {
      throw Refused.field(at + ".minimum", "the minimum is above the maximum");
    }
    return column.build();
  }

  private static List<String> categories(String at, List<String> categories) {
    Checks.between(at, categories.size(), 1, MOST_CATEGORIES);
    for (int i = 0; i < categories.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      // Empty text is how a missing value reaches a model.
      if (Checks.text(each, Checks.present(each, categories.get(i)), LONGEST_CATEGORY).isEmpty()) {
        throw Refused.field(each, "a category is not empty");
      }
    }
    if (new HashSet<>(categories).size() < categories.size()) {
      throw Refused.field(at, "a category is named twice");
    }
    return categories;
  }

  /** What every version must answer, as the gateways get it. */
  public List<OutputColumn> outputColumns() {
    List<Output> all = Checks.present("outputs", outputs);
    Checks.between("outputs", all.size(), 1, MOST_COLUMNS);
    List<OutputColumn> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < all.size(); i++) {
      String at = "outputs[%d]".formatted(i);
      Output output = Checks.present(at, all.get(i));
      String name = Checks.name(at + ".name", output.name());
      if (!names.add(name)) {
        throw Refused.field(at + ".name", "the name '%s' is used twice".formatted(name));
      }
      Datatype type =
          Checks.choice(at + ".datatype", output.datatype(), EnumSet.allOf(Datatype.class));
      List<Long> shape = shape(at + ".shape", output.shape());
      OutputColumn.Builder column =
          OutputColumn.newBuilder().setName(name).setDatatype(type.name()).addAllShape(shape);
      if (output.labels() != null && !output.labels().isEmpty()) {
        if (!type.isNumeric()) {
          throw Refused.field(at + ".labels", "there are no classes of %s".formatted(type));
        }
        column.addAllLabels(labels(at + ".labels", output.labels(), shape));
      }
      columns.add(column.build());
    }
    return List.copyOf(columns);
  }

  private static List<String> labels(String at, List<String> labels, List<Long> shape) {
    Checks.between(at, labels.size(), 1, MOST_CATEGORIES);
    double classes = 1;
    for (long size : shape.subList(1, shape.size())) {
      if (size < 0) {
        throw Refused.field(at, "the output has no fixed number of classes that could be named");
      }
      classes *= size;
    }
    if (classes != labels.size()) {
      throw Refused.field(
          at, "a row has %.0f classes, and %d are named".formatted(classes, labels.size()));
    }
    for (int i = 0; i < labels.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      if (Checks.text(each, Checks.present(each, labels.get(i)), LONGEST_CATEGORY).isEmpty()) {
        throw Refused.field(each, "a label is not empty");
      }
    }
    if (new HashSet<>(labels).size() < labels.size()) {
      throw Refused.field(at, "two classes have the same label");
    }
    return labels;
  }

  /** How the answer is read. */
  public OutputMeaning outputMeaning() {
    return predicted().meaning();
  }

  /** What the model predicts, for its measures. */
  public Predicted predicted() {
    Task what = Checks.choice("task", task, EnumSet.allOf(Task.class));
    return Checks.present("meaning", meaning).checked(what.onTheWire, outputColumns());
  }

  private static List<Long> shape(String at, @Nullable List<Long> shape) {
    List<Long> sizes = Checks.present(at, shape);
    Checks.between(at, sizes.size(), 1, MOST_DIMENSIONS);
    for (int i = 0; i < sizes.size(); i++) {
      long size = Checks.present("%s[%d]".formatted(at, i), sizes.get(i));
      if (size != -1 && (i == 0 || size < 1)) {
        throw Refused.field(
            at, "a shape is -1 for the rows, then sizes of at least 1, or -1 for any");
      }
    }
    return sizes;
  }

  private static double finite(String at, double value) {
    return Checks.between(at, value, -Double.MAX_VALUE, Double.MAX_VALUE);
  }
}
