package dev.understudy.scoring;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an artefact is, judged by its content and never by its name. */
enum ModelFormat {
  ONNX,
  PMML,
  REMOTE;

  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  /** The format of the content. */
  static Optional<ModelFormat> of(byte[] content) {
    if (PmmlText.isOne(content)) {
      return Optional.of(PMML);
    }
    if (RemoteDocument.isOne(content)) {
      return Optional.of(REMOTE);
    }
    return isOnnx(content) ? Optional.of(ONNX) : Optional.empty();
  }

  /**
   * ONNX is a Protobuf message without a magic number, so its top-level fields are walked: they
   * must fill the content exactly and hold a graph and an operator set.
   */
  private static boolean isOnnx(byte[] content) {
    boolean graph = false;
    boolean operators = false;
    long at = 0;
    while (at < content.length) {
      Varint tag = Varint.read(content, at);
      if (tag == null) {
        return false;
      }
      at = tag.next;
      long field = tag.value >>> 3;
      int wire = (int) (tag.value & 7);
      graph |= field == GRAPH && wire == BYTES;
      operators |= field == OPSET_IMPORT && wire == BYTES;
      switch (wire) {
        case VARINT, BYTES -> {
          Varint number = Varint.read(content, at);
          if (number == null || (wire == BYTES && number.value < 0)) {
            return false;
          }
          at =
              wire == BYTES
                  ? number.next + Math.min(number.value, content.length + 1L)
                  : number.next;
        }
        case FIXED_64 -> at += 8;
        case FIXED_32 -> at += 4;
        default -> {
          return false;
        }
      }
      if (field == 0) {
        return false;
      }
    }
    return at == content.length && graph && operators;
  }

  private record Varint(long value, long next) {
    static @Nullable Varint read(byte[] content, long from) {
      long value = 0;
      for (int i = 0; i < 10; i++) {
        if (from + i >= content.length) {
          return null;
        }
        byte part = content[(int) from + i];
        value |= (long) (part & 0x7f) << (7 * i);
        if (part >= 0) {
          return new Varint(value, from + i + 1);
        }
      }
      return null;
    }
  }
}
