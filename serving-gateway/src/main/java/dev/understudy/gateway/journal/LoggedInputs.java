package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.gateway.routing.ServingPolicy.LogPolicy.Treatment;
import dev.understudy.scoring.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What of the inputs may leave the process, by the model's policy. Thread-safe. */
final class LoggedInputs {
  private static final byte[] END_OF_NAME = {0};
  private static final byte[] MISSING = {};

  private final KeyedHash hash;

  LoggedInputs(KeyedHash hash) {
    this.hash = hash;
  }

  /** The inputs as they are logged. */
  List<PredictionWire.Input> of(Collection<Tensor> inputs, Map<String, Treatment> policy) {
    List<PredictionWire.Input> logged = new ArrayList<>(inputs.size());
    for (Tensor input : inputs) {
      Treatment treatment = policy.get(input.name());
      if (treatment == null) {
        logged.add(new PredictionWire.Input(input, true));
        continue;
      }
      switch (treatment) {
        case HASHED -> logged.add(new PredictionWire.Input(hashed(input), true));
        case REDACTED -> logged.add(new PredictionWire.Input(input, false));
        case DROPPED -> {}
      }
    }
    return logged;
  }

  // With the name, so that two columns with the same values do not show it. What is missing stays
  // so: it is no value, and who monitors must see it.
  private Tensor hashed(Tensor input) {
    byte[] name = input.name().getBytes(UTF_8);
    byte[][] hashes = new byte[input.size()][];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] =
          input.isMissing(i)
              ? MISSING
              : HexFormat.of()
                  .formatHex(hash.of(name, END_OF_NAME, element(input, i)))
                  .getBytes(US_ASCII);
    }
    return Tensor.ofBytes(input.name(), input.shape(), hashes);
  }

  private static byte[] element(Tensor tensor, int index) {
    return switch (tensor.values()) {
      case byte[][] texts -> texts[index];
      case long[] integers -> bytes(integers[index]);
      // Adding 0.0 makes -0.0 and 0.0 equal here, as they are elsewhere.
      default -> bytes(Double.doubleToLongBits(tensor.number(index) + 0.0));
    };
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }
}
