package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.pmml4s.data.Series;
import org.pmml4s.metadata.Field;
import org.pmml4s.metadata.OutputField;

/**
 * A PMML document, evaluated by pmml4s row by row in the room's threads. Its active fields are
 * columns of the contract by name, and the outputs of the contract are output fields by name. What
 * is missing reaches the document as missing, which decides what that means. A run that is late
 * stops at the next row. Thread-safe.
 */
final class PmmlModel implements LocalModel {
  static final String PLATFORM = "pmml_pmml4s";

  private final PmmlEvaluators evaluators;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;

  /** Where the contract's outputs stand among those of the document. */
  private final int[] positions;

  private volatile boolean closed;

  private PmmlModel(
      PmmlEvaluators evaluators,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      int[] positions) {
    this.evaluators = evaluators;
    this.inputs = inputs;
    this.outputs = outputs;
    this.positions = positions;
  }

  /** Reads the document and checks it against the contract. */
  static PmmlModel open(byte[] content, ModelContract contract) throws ModelRefused {
    PmmlEvaluators evaluators = new PmmlEvaluators(PmmlText.of(content));
    org.pmml4s.model.Model model = evaluators.take();
    evaluators.giveBack(model);
    List<TensorSpec> inputs = new ArrayList<>();
    for (Field field : model.inputFields()) {
      inputs.add(input(field, contract.inputs()));
    }
    if (inputs.isEmpty()) {
      throw new ModelRefused(ModelRefused.Reason.AGAINST_CONTRACT, "it has no active field");
    }
    return new PmmlModel(
        evaluators, inputs, contract.outputs(), positions(model, contract.outputs()));
  }

  private static TensorSpec input(Field field, InputContract contract) throws ModelRefused {
    Column column =
        contract
            .column(field.name())
            .orElseThrow(
                () ->
                    new ModelRefused(
                        ModelRefused.Reason.AGAINST_CONTRACT,
                        "active field %s is not in the model's contract, which has %s"
                            .formatted(field.name(), contract.names())));
    boolean fits =
        switch (column.datatype()) {
          case BYTES -> field.isString();
          case BOOL -> !field.isString() && !field.isNumeric();
          default -> field.isNumeric();
        };
    if (!fits || !isOnePerRow(column.shape())) {
      throw new ModelRefused(
          ModelRefused.Reason.AGAINST_CONTRACT,
          "active field %s is one %s per row, the model's contract says %s"
              .formatted(field.name(), field.dataType(), column.spec()));
    }
    return column.spec();
  }

  private static int[] positions(org.pmml4s.model.Model model, List<TensorSpec> outputs)
      throws ModelRefused {
    List<String> answered = Arrays.stream(model.outputFields()).map(OutputField::name).toList();
    int[] positions = new int[outputs.size()];
    for (int i = 0; i < positions.length; i++) {
      TensorSpec output = outputs.get(i);
      positions[i] = answered.indexOf(output.name());
      if (positions[i] < 0) {
        throw new ModelRefused(
            ModelRefused.Reason.AGAINST_CONTRACT,
            ("output %s of the model's contract is missing; the document has %s; name an"
                    + " OutputField so, with the feature probability or predictedValue")
                .formatted(output.name(), answered));
      }
      if (!isOnePerRow(output.shape())) {
        throw new ModelRefused(
            ModelRefused.Reason.AGAINST_CONTRACT,
            "output %s: PMML answers one value per row; use one output for each".formatted(output));
      }
    }
    return positions;
  }

  private static boolean isOnePerRow(List<Long> shape) {
    return !shape.isEmpty()
        && shape.getFirst() < 0
        && shape.stream().skip(1).allMatch(dimension -> dimension == 1);
  }

  @Override
  public String platform() {
    return PLATFORM;
  }

  @Override
  public List<TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  // One more evaluator may have to be read first, which takes long.
  @Override
  public boolean runsAnywhere() {
    return false;
  }

  @Override
  public ScoringRoom.@Nullable Work begin(Map<String, Tensor> request) {
    return closed ? null : new Run(request);
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Run implements ScoringRoom.Work {
    private final Map<String, Tensor> request;
    private volatile boolean terminated;

    Run(Map<String, Tensor> request) {
      this.request = request;
    }

    @Override
    public Score run() {
      long start = System.nanoTime();
      org.pmml4s.model.Model evaluator;
      try {
        evaluator = evaluators.take();
      } catch (ModelRefused e) {
        return failed("memory", e, start);
      }
      try {
        List<Tensor> columns = Answers.columns(inputs, request);
        int rows = Answers.rows(columns);
        List<IntFunction<@Nullable Object>> readers =
            columns.stream().map(PmmlModel::reader).toList();
        Object[][] answers = new Object[outputs.size()][rows];
        for (int row = 0; row < rows && !terminated; row++) {
          predict(evaluator, readers, row, answers);
        }
        return new Score.Answered(tensors(answers, rows), System.nanoTime() - start);
      } catch (IllegalStateException e) {
        return failed("outputs", e, start);
      } catch (IllegalArgumentException e) {
        return failed("inputs", e, start);
      } catch (RuntimeException | StackOverflowError e) {
        return failed("runtime", e, start);
      } finally {
        evaluators.giveBack(evaluator);
      }
    }

    private void predict(
        org.pmml4s.model.Model evaluator,
        List<IntFunction<@Nullable Object>> readers,
        int row,
        Object[][] answers) {
      Object[] values = new Object[readers.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = readers.get(i).apply(row);
      }
      Series answer;
      try {
        answer = evaluator.predict(Series.fromArray(values));
      } catch (IllegalStateException | IllegalArgumentException e) {
        throw new RuntimeException(e);
      }
      for (int i = 0; i < positions.length; i++) {
        answers[i][row] = answer.get(positions[i]);
      }
    }

    private List<Tensor> tensors(Object[][] answers, int rows) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < answers.length; i++) {
        Tensor tensor = tensor(outputs.get(i), answers[i]);
        Answers.check(tensor, outputs.get(i), rows);
        tensors.add(tensor);
      }
      return tensors;
    }

    private Score failed(String errorClass, Throwable e, long start) {
      return new Score.Failed(
          errorClass, String.valueOf(e.getMessage()), System.nanoTime() - start);
    }

    @Override
    public void terminate() {
      terminated = true;
    }

    @Override
    public void end() {
      // Nothing is held beyond the run.
    }
  }

  /** The value of a row as the document's evaluator takes it; null: missing. */
  private static IntFunction<@Nullable Object> reader(Tensor tensor) {
    return switch (tensor.datatype()) {
      case FP16, BF16, FP32, FP64 -> row -> tensor.isMissing(row) ? null : tensor.number(row);
      case BYTES -> row -> tensor.isMissing(row) ? null : tensor.text(row);
      case BOOL -> row -> tensor.integer(row) != 0;
      default -> tensor::integer;
    };
  }

  private static Tensor tensor(TensorSpec spec, @Nullable Object[] values) {
    long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
    shape[0] = values.length;
    String name = spec.name();
    try {
      return switch (spec.datatype()) {
        case FP32 -> {
          float[] numbers = new float[values.length];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) number(values[i]);
          }
          yield Tensor.ofFloats(name, shape, numbers);
        }
        case FP64 ->
            Tensor.ofDoubles(
                name, shape, Arrays.stream(values).mapToDouble(PmmlModel::number).toArray());
        case BYTES ->
            Tensor.ofTexts(
                name, shape, Arrays.stream(values).map(PmmlModel::text).toArray(String[]::new));
        case FP16, BF16 ->
            throw new IllegalStateException(
                "output %s: PMML has no halves; use FP32".formatted(spec));
        default ->
            Tensor.ofIntegers(
                name,
                spec.datatype(),
                shape,
                Arrays.stream(values).mapToLong(PmmlModel::whole).toArray());
      };
    } catch (NumberFormatException e) {
      throw new IllegalStateException("output %s is no number".formatted(spec), e);
    }
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.parseDouble(text(value));
  }

  private static long whole(@Nullable Object value) {
    return switch (value) {
      case Boolean truth -> truth ? 1 : 0;
      case Double real when real == Math.rint(real) -> real.longValue();
      case null, default -> Long.parseLong(text(value));
    };
  }

  private static String text(@Nullable Object value) {
    if (value == null) {
      throw new IllegalStateException(
          "the document has no answer to this row: a value that it does not know, or that is missing");
    }
    return value.toString();
  }
}
