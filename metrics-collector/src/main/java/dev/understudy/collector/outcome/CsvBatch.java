package dev.understudy.collector.outcome;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.understudy.contracts.v1.OutcomeObserved;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a CSV with a header line of the fields' names. A value of {@code true} or {@code false} is
 * a truth value, one that reads as a number is a number, any other is a text; an empty cell is an
 * absent field.
 */
final class CsvBatch {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final ObjectReader READER =
      CsvMapper.builder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .enable(CsvParser.Feature.TRIM_SPACES)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .build()
          .readerFor(String[].class);

  private CsvBatch() {}

  /**
   * The outcomes of the batch.
   *
   * @throws OutcomeProblem naming row and field of the first that cannot be taken
   */
  static List<OutcomeObserved> read(byte[] body, int most) {
    List<String[]> lines = lines(decode(body), most);
    if (lines.isEmpty()) {
      throw OutcomeProblem.ofField("header", "there is no header line");
    }
    List<String> columns = columns(lines.getFirst());
    BatchSize.check(lines.size() - 1, most);
    List<OutcomeObserved> read = new ArrayList<>(lines.size());
    for (String[] line : lines.subList(1, lines.size())) {
      read.add(read(read.size() + 1, columns, line));
    }
    return read;
  }

  private static String decode(byte[] body) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw OutcomeProblem.ofField("body", "the body is not UTF-8");
    }
  }

  private static List<String[]> lines(String text, int most) {
    List<String[]> lines = new ArrayList<>();
    try (MappingIterator<String[]> all = READER.readValues(text)) {
      while (all.hasNextValue()) {
        lines.add(all.nextValue());
        BatchSize.check(Math.max(1, lines.size() - 1), most);
      }
    } catch (JsonProcessingException e) {
      throw OutcomeProblem.ofRow(lines.size(), "line", "is not CSV");
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot be read", e);
    }
    return lines;
  }

  private static List<String> columns(String[] header) {
    List<String> columns = List.of(header);
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!OutcomeFields.ALL.contains(column)) {
        throw OutcomeProblem.ofField(
            column.length() <= 100 ? column : "header",
            "this column is not known; known are " + OutcomeFields.ALL);
      }
      if (!seen.add(column)) {
        throw OutcomeProblem.ofField(column, "this column is there twice");
      }
    }
    for (String required : OutcomeFields.REQUIRED) {
      if (!seen.contains(required)) {
        throw OutcomeProblem.ofField(required, "this column is missing in the header line");
      }
    }
    return columns;
  }

  private static OutcomeObserved read(int number, List<String> columns, String[] line) {
    OutcomeFields fields = new OutcomeFields(number);
    if (line.length != columns.size()) {
      throw fields.problem(
          "line", "has %d cells, the header has %d".formatted(line.length, columns.size()));
    }
    for (int i = 0; i < line.length; i++) {
      if (!line[i].isEmpty()) {
        read(fields, columns.get(i), line[i]);
      }
    }
    return fields.outcome();
  }

  private static void read(OutcomeFields fields, String column, String cell) {
    switch (column) {
      case OutcomeFields.PREDICTION_ID -> fields.predictionId(cell);
      case OutcomeFields.ROW -> fields.row(whole(fields, column, cell));
      case OutcomeFields.PROJECT -> fields.project(cell);
      case OutcomeFields.MODEL -> fields.model(cell);
      case OutcomeFields.NAME -> fields.name(cell);
      case OutcomeFields.VALUE -> value(fields, cell);
      case OutcomeFields.REVISION -> fields.revision(whole(fields, column, cell));
      case OutcomeFields.SOURCE -> fields.source(cell);
      case OutcomeFields.LABELLING_PROBABILITY -> {
        if (!NUMBER.matcher(cell).matches()) {
          throw fields.problem(column, "is not a number");
        }
        fields.labellingProbability(Double.parseDouble(cell));
      }
      default -> throw fields.problem(column, "is not known");
    }
  }

  private static void value(OutcomeFields fields, String cell) {
    if (cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false")) {
      fields.flag(Boolean.parseBoolean(cell));
    } else if (NUMBER.matcher(cell).matches()) {
      fields.number(Double.parseDouble(cell));
    } else {
      fields.text(cell);
    }
  }

  private static long whole(OutcomeFields fields, String column, String cell) {
    if (!WHOLE.matcher(cell).matches()) {
      throw fields.problem(column, "is not a whole number from 0 on");
    }
    return Long.parseLong(cell);
  }
}
