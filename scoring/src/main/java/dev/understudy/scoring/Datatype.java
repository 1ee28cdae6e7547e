package dev.understudy.scoring;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The element types of the Open Inference Protocol that this product computes with. */
public enum Datatype {
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
  /** UTF-8 text, or any bytes over the binary paths. */
  BYTES;

  private static final Map<String, Datatype> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Datatype::name, Function.identity()));

  /** The datatype of that protocol name, e.g. {@code FP32}; empty if there is none. */
  public static Optional<Datatype> of(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** FP16, BF16, FP32 or FP64. */
  public boolean isFloat() {
    return isHalf() || this == FP32 || this == FP64;
  }

  /** FP16 or BF16: two bytes, and no form in JSON. */
  public boolean isHalf() {
    return this == FP16 || this == BF16;
  }

  /** Bytes of one element in the binary forms of the protocol; 0 for BYTES, where they differ. */
  public int width() {
    return switch (this) {
      case BOOL, UINT8, INT8 -> 1;
      case UINT16, INT16, FP16, BF16 -> 2;
      case UINT32, INT32, FP32 -> 4;
      case UINT64, INT64, FP64 -> 8;
      case BYTES -> 0;
    };
  }

  /** A whole number; BOOL is none. */
  public boolean isInteger() {
    return !isFloat() && this != BYTES && this != BOOL;
  }

  /** Whether a value of this type can say that it is missing: NaN, or the empty text. */
  public boolean canBeMissing() {
    return isFloat() || this == BYTES;
  }
}
