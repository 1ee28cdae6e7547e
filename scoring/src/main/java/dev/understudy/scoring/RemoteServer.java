package dev.understudy.scoring;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The server that a model lives on, over one of the protocol's transports. Thread-safe. */
interface RemoteServer extends AutoCloseable {
  /** Error class of a server that cannot be reached, or says that it cannot answer now. */
  String UNAVAILABLE = Score.Failed.REMOTE_UNAVAILABLE;

  /** Error class of a server that does not take the request. */
  String REFUSED = "remote_refused";

  /** Error class of a server, or a model, that fails on the request. */
  String FAILED = "remote_failed";

  /** The longest description of a model that is read, in bytes. */
  int METADATA_BYTES = 1 << 20;

  /** What is said where the server does not know, or not like, who asks. */
  String LOGINS = "; who the gateway is to it is the setting understudy.remote.logins";

  /** The longest error that is read to keep the connection, in bytes. */
  int ERROR_BYTES = 1 << 16;

  /**
   * What it says of its model. Blocks.
   *
   * @throws IOException if it does not say it
   * @throws IllegalArgumentException if that is not of the protocol
   */
  RemoteSignature signature() throws IOException, InterruptedException;

  /**
   * A question.
   *
   * @param outputs that were promised and are wanted
   * @param headers to take along, by their names in lower case
   * @param mostBytes the longest answer that is read
   */
  record Call(
      List<Tensor> inputs,
      List<TensorSpec> outputs,
      int rows,
      Map<String, String> headers,
      int mostBytes) {}

  /**
   * What its model makes of the inputs: the promised outputs, in their order, checked. Blocks.
   *
   * @param nanos after which nobody waits for it
   * @throws IOException if it cannot be reached or cannot answer now
   * @throws Failure if it answers with another error
   * @throws TimeoutException if it took longer; a transport may leave that to its caller, who
   *     interrupts it
   * @throws IllegalStateException if the outputs are not as promised
   */
  List<Tensor> infer(Call call, long nanos)
      throws IOException, InterruptedException, TimeoutException, Failure;

  /** It has been failing: if the connection is what is broken, the next call has another. */
  void reconnect();

  /** No new calls; those that are under way end by themselves, or at their deadline. */
  @Override
  void close();

  /** An error that the server answers with. */
  final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final String errorClass;

    Failure(String errorClass, String message) {
      super(message);
      this.errorClass = errorClass;
    }

    String errorClass() {
      return errorClass;
    }
  }
}
