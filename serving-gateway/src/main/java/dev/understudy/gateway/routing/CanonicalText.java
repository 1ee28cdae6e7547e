package dev.understudy.gateway.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The one text of a value of an input, so that equal values are one unit and fit one segment,
 * however they were sent: whole numbers in decimal, BOOL as {@code true} or {@code false}, floating
 * point as the shortest decimal that reads back to it in its own precision, without an exponent and
 * without trailing zeros ({@code 12345}, {@code 0.1}; both zeros are {@code 0}), texts as they are,
 * bytes that are no UTF-8 as U+FFFD and their hex digits, what is missing as the empty text.
 */
final class CanonicalText {
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,20}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?[0-9]{1,400}(\\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?");

  private CanonicalText() {}

  static String of(Tensor tensor, int index) {
    if (tensor.isMissing(index)) {
      return SourceReader.MISSING;
    }
    return switch (tensor.datatype()) {
      case BOOL -> tensor.integer(index) == 0 ? "false" : "true";
      case UINT64 -> Long.toUnsignedString(tensor.integer(index));
      case FP16, BF16, FP32 -> of((float) tensor.number(index));
      case FP64 -> of(tensor.number(index));
      case BYTES -> of(tensor.bytes(index));
      default -> Long.toString(tensor.integer(index));
    };
  }

  /**
   * The text of the value that a person wrote down for a column of that type.
   *
   * @throws IllegalArgumentException if a column of that type never holds it
   */
  static String of(String written, Datatype datatype) {
    boolean possible =
        switch (datatype) {
          case BOOL -> written.equals("true") || written.equals("false");
          case BYTES -> !written.isEmpty();
          case FP16, BF16, FP32, FP64 -> DECIMAL.matcher(written).matches();
          default -> WHOLE.matcher(written).matches();
        };
    String text =
        !possible
            ? SourceReader.MISSING
            : switch (datatype) {
              case BOOL, BYTES -> written;
              case FP16, BF16, FP32 -> of(new BigDecimal(written).floatValue());
              case FP64 -> of(new BigDecimal(written).doubleValue());
              default -> new BigDecimal(written).toPlainString();
            };
    if (text.isEmpty() || text.endsWith("Infinity")) {
      throw new IllegalArgumentException("'%s' is no value of %s".formatted(written, datatype));
    }
    return text;
  }

  private static String of(float value) {
    return Float.isFinite(value) ? plain(Float.toString(value)) : Float.toString(value);
  }

  private static String of(double value) {
    return Double.isFinite(value) ? plain(Double.toString(value)) : Double.toString(value);
  }

  private static String plain(String decimal) {
    return new BigDecimal(decimal).stripTrailingZeros().toPlainString();
  }

  private static String of(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return '\uFFFD' + HexFormat.of().formatHex(bytes);
    }
  }
}
