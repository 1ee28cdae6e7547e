package dev.understudy.gateway;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * The sentence transformer all-MiniLM-L6-v2, and runs of it by ONNX Runtime's own Java API, which
 * nothing else here uses. Its weights are quantised, and it quantises what goes through it by the
 * range over all that is in a run: a sentence is answered a little otherwise among others than
 * alone, and the same again among the same.
 */
final class MiniLm implements AutoCloseable {
  /** Its inputs: INT64, sentences by tokens. */
  static final List<String> INPUTS = List.of("input_ids", "attention_mask", "token_type_ids");

  /** Its output: FP32, sentences by tokens by {@link #WIDTH}. */
  static final String OUTPUT = "last_hidden_state";

  static final int WIDTH = 384;

  private static final int FIRST_WORD = 1_000;
  private static final int WORDS = 20_000;
  private static final int START = 101;
  private static final int END = 102;

  private final OrtEnvironment runtime = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  MiniLm() throws OrtException {
    session = runtime.createSession(graph());
  }

  static byte[] graph() {
    try (InputStream file = MiniLm.class.getResourceAsStream("/all-minilm-l6-v2-q.onnx")) {
      return Objects.requireNonNull(file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sentences of so many tokens each, the same in every call. */
  static long[][] sentences(int count, int tokens) {
    Random words = new Random(tokens);
    long[][] sentences = new long[count][];
    for (int i = 0; i < count; i++) {
      sentences[i] = words.longs(tokens, FIRST_WORD, FIRST_WORD + WORDS).toArray();
      sentences[i][0] = START;
      sentences[i][tokens - 1] = END;
    }
    return sentences;
  }

  /** What goes into an input for these sentences. */
  static long[][] values(String input, long[][] sentences) {
    if (input.equals("input_ids")) {
      return sentences;
    }
    long[][] values = new long[sentences.length][sentences[0].length];
    for (long[] each : values) {
      Arrays.fill(each, input.equals("attention_mask") ? 1 : 0);
    }
    return values;
  }

  /** The answer to all of them in one run. */
  float[] run(long[][] sentences) throws OrtException {
    try (OnnxTensor ids = tensor(INPUTS.get(0), sentences);
        OnnxTensor mask = tensor(INPUTS.get(1), sentences);
        OnnxTensor types = tensor(INPUTS.get(2), sentences);
        OrtSession.Result result =
            session.run(Map.of(INPUTS.get(0), ids, INPUTS.get(1), mask, INPUTS.get(2), types))) {
      FloatBuffer values = ((OnnxTensor) result.get(OUTPUT).orElseThrow()).getFloatBuffer();
      float[] answer = new float[values.remaining()];
      values.get(answer);
      return answer;
    }
  }

  private OnnxTensor tensor(String input, long[][] sentences) throws OrtException {
    return OnnxTensor.createTensor(runtime, values(input, sentences));
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
