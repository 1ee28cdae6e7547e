package dev.understudy.training.data;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.understudy.contracts.Digest;
import dev.understudy.scoring.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The applications that come with the product, read once, in the order of the file. Immutable. */
public final class CreditData {
  private static final String RESOURCE = "credit.csv";

  private final List<CreditRow> rows;
  private final String sha256;

  private CreditData(List<CreditRow> rows, String sha256) {
    this.rows = List.copyOf(rows);
    this.sha256 = sha256;
  }

  /**
   * One half to learn from and one that only the serving side may see, each in random order.
   *
   * @param training and
   * @param serving have no row in common
   */
  public record Halves(List<CreditRow> training, List<CreditRow> serving) {
    public Halves {
      training = List.copyOf(training);
      serving = List.copyOf(serving);
    }
  }

  /** Reads the data from the class path. */
  public static CreditData load() {
    try (InputStream in = CreditData.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not packaged with the training module");
      }
      return read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the packaged " + RESOURCE + " cannot be read", e);
    }
  }

  private static CreditData read(byte[] csv) throws IOException {
    List<CreditRow> rows = new ArrayList<>();
    try (MappingIterator<Map<String, String>> lines =
        new CsvMapper()
            .readerForMapOf(String.class)
            .with(CsvSchema.emptySchema().withHeader())
            .readValues(csv)) {
      while (lines.hasNext()) {
        rows.add(row(rows.size(), lines.next()));
      }
    }
    return new CreditData(rows, Digest.of(csv));
  }

  private static CreditRow row(int id, Map<String, String> fields) {
    Map<CreditColumn, Float> numbers = new EnumMap<>(CreditColumn.class);
    Map<CreditColumn, String> categories = new EnumMap<>(CreditColumn.class);
    for (CreditColumn column : CreditColumn.values()) {
      String value = fields.getOrDefault(column.columnName(), "");
      if (value.isEmpty()) {
        continue;
      }
      if (column.isCategory()) {
        categories.put(column, value);
      } else {
        numbers.put(column, Float.valueOf(value));
      }
    }
    return new CreditRow(
        id,
        bad(id, fields.getOrDefault("Status", "")),
        numbers,
        categories,
        Integer.parseInt(fields.getOrDefault("Age", "")),
        fields.getOrDefault("Marital", ""));
  }

  private static boolean bad(int id, String status) {
    return switch (status) {
      case CreditContract.POSITIVE -> true;
      case CreditContract.NEGATIVE -> false;
      default ->
          throw new IllegalArgumentException(
              "application %d: Status is '%s', not good or bad".formatted(id, status));
    };
  }

  /** All of them. */
  public List<CreditRow> rows() {
    return rows;
  }

  /** Of the file, byte for byte. */
  public String sha256() {
    return sha256;
  }

  /** Two random halves; the same seed gives the same ones. */
  public Halves split(long seed) {
    List<CreditRow> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new SplittableRandom(seed));
    int half = shuffled.size() / 2;
    return new Halves(shuffled.subList(0, half), shuffled.subList(half, shuffled.size()));
  }

  /** The columns of some rows as a model takes them, each of shape [rows]. */
  public static Map<String, Tensor> tensors(
      List<CreditRow> rows, Collection<CreditColumn> columns) {
    long[] shape = {rows.size()};
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (CreditColumn column : columns) {
      String name = column.columnName();
      tensors.put(
          name,
          column.isCategory()
              ? Tensor.ofTexts(name, shape, texts(rows, column))
              : Tensor.ofFloats(name, shape, numbers(rows, column)));
    }
    return tensors;
  }

  private static String[] texts(List<CreditRow> rows, CreditColumn column) {
    return rows.stream().map(row -> row.category(column).orElse("")).toArray(String[]::new);
  }

  private static float[] numbers(List<CreditRow> rows, CreditColumn column) {
    float[] numbers = new float[rows.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) rows.get(i).number(column).orElse(Double.NaN);
    }
    return numbers;
  }
}
