package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;

/**
 * Holds the elements of one tensor against their column, whatever form they came in: what does not
 * fit is refused by tensor and index. Immutable.
 */
final class ElementCheck {
  private final Column column;
  private final boolean single;
  private final double least;
  private final double most;
  private final long leastWhole;
  private final long mostWhole;

  ElementCheck(Column column) {
    this.column = column;
    Datatype datatype = column.datatype();
    this.single = datatype == Datatype.FP32;
    this.least = rounded(datatype, column.minimum().orElse(Double.NEGATIVE_INFINITY));
    this.most = rounded(datatype, column.maximum().orElse(Double.POSITIVE_INFINITY));
    this.leastWhole =
        switch (datatype) {
          case INT8 -> Byte.MIN_VALUE;
          case INT16 -> Short.MIN_VALUE;
          case INT32 -> Integer.MIN_VALUE;
          case BOOL, UINT8, UINT16, UINT32 -> 0;
          default -> Long.MIN_VALUE;
        };
    this.mostWhole =
        switch (datatype) {
          case BOOL -> 1;
          case INT8 -> Byte.MAX_VALUE;
          case UINT8 -> 0xFF;
          case INT16 -> Short.MAX_VALUE;
          case UINT16 -> 0xFFFF;
          case INT32 -> Integer.MAX_VALUE;
          case UINT32 -> 0xFFFF_FFFFL;
          default -> Long.MAX_VALUE;
        };
  }

  /** Whether it allows less than every finite number. */
  boolean isRanged() {
    return least != Double.NEGATIVE_INFINITY || most != Double.POSITIVE_INFINITY;
  }

  /** Whether these are ordinary numbers of which none needs a look of its own. */
  boolean allows(float[] values) {
    if (isRanged()) {
      return false;
    }
    int odd = 0;
    for (float value : values) {
      // The highest bit is set by an exponent of ones alone: by what is infinite or no number.
      odd |= (Float.floatToRawIntBits(value) & 0x7F80_0000) + 0x0080_0000;
    }
    return odd >= 0;
  }

  // As precise as the elements are: 0.1 in FP32 keeps a maximum of 0.1, although it is above it.
  private static double rounded(Datatype datatype, double bound) {
    return switch (datatype) {
      case FP32 -> (float) bound;
      case FP16 -> Float.float16ToFloat(Float.floatToFloat16((float) bound));
      case BF16 -> {
        int bits = Float.floatToRawIntBits((float) bound);
        int toNearestEven = 0x7FFF + ((bits >>> Short.SIZE) & 1);
        yield Double.isInfinite(bound)
            ? bound
            : Float.intBitsToFloat((bits + toNearestEven) & 0xFFFF_0000);
      }
      default -> bound;
    };
  }

  /** A floating-point element of a form that says null where a value is missing. */
  void number(int index, double value) {
    if (Double.isNaN(value)) {
      if (!column.mayBeNan()) {
        throw refused(index, "NaN is not allowed; say null for a missing value");
      }
      return;
    }
    finite(index, value);
  }

  /** A floating-point element of a form without null, where NaN says that the value is missing. */
  void numberOrMissing(int index, double value) {
    if (Double.isNaN(value)) {
      if (!column.mayBeNan() && !column.mayBeMissing()) {
        throw refused(index, "NaN is not allowed, and the value must not be missing");
      }
      return;
    }
    finite(index, value);
  }

  private void finite(int index, double value) {
    double held = single ? (float) value : value;
    if (Double.isInfinite(held)) {
      throw outside(index);
    }
    requireInRange(index, held);
  }

  /** A whole number; of UINT64 the bits. BOOL is 0 or 1. */
  void integer(int index, long value) {
    if (value < leastWhole || value > mostWhole) {
      throw outside(index);
    }
    requireInRange(
        index,
        value < 0 && column.datatype() == Datatype.UINT64
            ? (double) (value >>> 1) * 2
            : (double) value);
  }

  /** A text; the empty one is how a model is told that the value is missing. */
  void text(int index, String value) {
    if (value.isEmpty()) {
      missing(index);
    } else if (!column.categories().isEmpty() && !column.categories().contains(value)) {
      throw refused(
          index, "%s is none of the categories %s".formatted(quote(value), column.categories()));
    }
  }

  /** An element of BYTES in a form that carries any bytes. */
  void bytes(int index, byte[] value) {
    if (value.length == 0) {
      missing(index);
    } else if (!column.categories().isEmpty()) {
      text(index, new String(value, UTF_8));
    }
  }

  /** An element that is left out. */
  void missing(int index) {
    if (!column.mayBeMissing()) {
      throw refused(index, "the value must not be missing");
    }
  }

  private void requireInRange(int index, double value) {
    if (value < least) {
      throw refused(index, "the least that is allowed is " + column.minimum().orElse(least));
    }
    if (value > most) {
      throw refused(index, "the most that is allowed is " + column.maximum().orElse(most));
    }
  }

  /** The refusal of a number that the datatype cannot hold. */
  RequestRefused outside(int index) {
    return refused(index, "the number is outside %s".formatted(column.datatype()));
  }

  /** The refusal of one element. */
  RequestRefused refused(int index, String why) {
    return invalid("input %s[%d]: %s", column.name(), index, why);
  }
}
