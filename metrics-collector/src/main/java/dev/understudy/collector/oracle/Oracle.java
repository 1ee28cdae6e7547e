package dev.understudy.collector.oracle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes files of cases with the classes that judge, and tells where the figures differ.
 *
 * <p>A file is {@code {"cases": [...]}} or the list alone. A case has {@code id}, {@code method},
 * {@code inputs}, {@code expected} and {@code tol} with {@code abs} and {@code rel}: a number
 * matches when {@code |a - b| <= abs + rel |expected|}. {@code expected} is a number, a word, a
 * list, or an object of named ones; infinite figures are written {@code "Infinity"} and {@code
 * "-Infinity"}, one that is not defined {@code "NaN"} or null. Figures that a case does not name
 * are not compared.
 */
public final class Oracle {
  /** The largest file that is read, in bytes. */
  public static final int LARGEST_BYTES = 64 << 20;

  private static final int DEEPEST = 16;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          // Python writes them without quotes.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private Oracle() {}

  /**
   * Computes all cases of a file.
   *
   * @throws IllegalArgumentException when it is not a file of cases, or has none
   */
  public static OracleReport check(InputStream file) throws IOException {
    return new OracleReport(cases(file).stream().map(OracleCase::check).toList());
  }

  /**
   * The cases of a file, not yet computed.
   *
   * @throws IllegalArgumentException when it is not a file of cases, or has none
   */
  static List<OracleCase> cases(InputStream file) throws IOException {
    JsonNode root = read(file);
    JsonNode cases = root.isArray() ? root : root.path("cases");
    if (!cases.isArray()) {
      throw new IllegalArgumentException("the file has no list named cases");
    }
    if (cases.isEmpty()) {
      throw new IllegalArgumentException("the list of cases is empty, so nothing would be checked");
    }
    List<OracleCase> read = new ArrayList<>();
    for (JsonNode one : cases) {
      read.add(new OracleCase(read.size() + 1, one));
    }
    return read;
  }

  private static JsonNode read(InputStream file) throws IOException {
    byte[] bytes = file.readNBytes(LARGEST_BYTES + 1);
    if (bytes.length > LARGEST_BYTES) {
      throw new IllegalArgumentException(
          "the file is larger than %d MB".formatted(LARGEST_BYTES >> 20));
    }
    try {
      return READER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the file is not JSON: line %d, column %d: %s"
              .formatted(
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage()),
          e);
    }
  }
}
