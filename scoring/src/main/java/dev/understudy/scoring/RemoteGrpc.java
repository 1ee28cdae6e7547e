package dev.understudy.scoring;

import com.google.protobuf.UnsafeByteOperations;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelMetadataRequest;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelReadyRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Codec;
import io.grpc.Deadline;
import io.grpc.DecompressorRegistry;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/**
 * A server over gRPC: tensors are raw, and the deadline of a call is told to the server. The only
 * class, with {@link GrpcAnswer}, that needs grpc-java: applications that embed models need not
 * carry it. Thread-safe.
 */
final class RemoteGrpc implements RemoteServer {
  private static final long ASK_SECONDS = 5;
  private static final int MOST_SAID = 200;

  /** How grpc-java itself refuses an answer that is too long, by the status of a busy server. */
  private static final String TOO_LONG = "gRPC message exceeds maximum size";

  private static final MethodDescriptor<ModelInferRequest, byte[]> INFER =
      GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(
              GRPCInferenceServiceGrpc.getModelInferMethod().getRequestMarshaller(), new Bytes())
          .build();

  private final RemoteDocument document;
  private final Optional<RemoteToken> token;
  private final ManagedChannel channel;

  private RemoteGrpc(RemoteDocument document, Optional<RemoteToken> token, ManagedChannel channel) {
    this.document = document;
    this.token = token;
    this.channel = channel;
  }

  /** Connects with the first call. */
  static RemoteGrpc open(RemoteDocument document, Optional<RemoteLogin> login) throws ModelRefused {
    URI url = document.url();
    try {
      ManagedChannelBuilder<?> channel =
          Grpc.newChannelBuilderForAddress(
                  url.getHost(),
                  url.getPort(),
                  url.getScheme().equals("grpcs")
                      ? overTls(login.flatMap(RemoteLogin::tls))
                      : InsecureChannelCredentials.create())
              // Nobody but the description says where the server is and how it is called.
              .disableServiceConfigLookUp()
              // Whether a failed call is made again is not for the transport to decide.
              .disableRetry()
              // A few bytes cannot become many.
              .decompressorRegistry(
                  DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false));
      return new RemoteGrpc(document, login.flatMap(RemoteLogin::token), channel.build());
    } catch (ManagedChannelRegistry.ProviderNotFoundException e) {
      throw new ModelRefused(ModelRefused.Reason.LIBRARY_MISSING, RemoteDocument.NEEDS_GRPC, e);
    }
  }

  private static ChannelCredentials overTls(Optional<RemoteTls> tls) {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    if (tls.isPresent()) {
      KeyManager[] keys = tls.get().keyManagers();
      if (keys != null) {
        credentials.keyManager(keys);
      }
      TrustManager[] trust = tls.get().trustManagers();
      if (trust != null) {
        credentials.trustManager(trust);
      }
    }
    return credentials.build();
  }

  @Override
  public RemoteSignature signature() throws IOException, InterruptedException {
    boolean ready =
        ask(
                GRPCInferenceServiceGrpc.getModelReadyMethod(),
                ModelReadyRequest.newBuilder()
                    .setName(document.model())
                    .setVersion(document.version().orElse(""))
                    .build())
            .getReady();
    if (!ready) {
      throw new IOException("it says that its model is not ready");
    }
    ModelMetadataResponse metadata =
        ask(
            GRPCInferenceServiceGrpc.getModelMetadataMethod(),
            ModelMetadataRequest.newBuilder()
                .setName(document.model())
                .setVersion(document.version().orElse(""))
                .build());
    return new RemoteSignature(
        specs(metadata.getInputsList()), specs(metadata.getOutputsList()), true);
  }

  private <Q, A> A ask(MethodDescriptor<Q, A> method, Q question)
      throws IOException, InterruptedException {
    try {
      return call(
          with(Map.of()),
          method,
          question,
          Deadline.after(ASK_SECONDS, TimeUnit.SECONDS),
          METADATA_BYTES);
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      String said = String.valueOf(e.getStatus().getDescription());
      boolean isUnknown =
          code == Status.Code.UNAUTHENTICATED || code == Status.Code.PERMISSION_DENIED;
      throw new IOException(
          "it answers %s: %s%s"
              .formatted(
                  code,
                  said.substring(0, Math.min(MOST_SAID, said.length())),
                  isUnknown ? LOGINS : ""),
          e);
    }
  }

  private static <Q, A> A call(
      Channel over, MethodDescriptor<Q, A> method, Q question, Deadline deadline, int most)
      throws InterruptedException {
    try {
      return ClientCalls.blockingUnaryCall(
          over,
          method,
          CallOptions.DEFAULT.withDeadline(deadline).withMaxInboundMessageSize(most),
          question);
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("the call was given up");
      }
      throw e;
    }
  }

  private static List<TensorSpec> specs(List<ModelMetadataResponse.TensorMetadata> tensors) {
    List<TensorSpec> specs = new ArrayList<>();
    for (ModelMetadataResponse.TensorMetadata tensor : tensors) {
      specs.add(
          RemoteSignature.spec(tensor.getName(), tensor.getDatatype(), tensor.getShapeList()));
    }
    return specs;
  }

  @Override
  public List<Tensor> infer(Call call, long nanos)
      throws IOException, InterruptedException, TimeoutException, Failure {
    Deadline deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
    byte[] answer;
    try {
      answer =
          call(
              with(call.headers()),
              INFER,
              request(call.inputs(), call.outputs()),
              deadline,
              call.mostBytes());
    } catch (StatusRuntimeException e) {
      throw failure(e.getStatus(), deadline, call.mostBytes());
    }
    return GrpcAnswer.read(answer, call.outputs(), call.rows());
  }

  private Channel with(Map<String, String> headers) {
    if (headers.isEmpty() && token.isEmpty()) {
      return channel;
    }
    Metadata metadata = new Metadata();
    headers.forEach((name, value) -> metadata.put(key(name), value));
    token.ifPresent(secret -> metadata.put(key(secret.header()), secret.value()));
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private ModelInferRequest request(List<Tensor> inputs, List<TensorSpec> outputs) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(document.model())
            .setModelVersion(document.version().orElse(""));
    for (Tensor input : inputs) {
      ModelInferRequest.InferInputTensor.Builder tensor =
          request.addInputsBuilder().setName(input.name()).setDatatype(input.datatype().name());
      for (long dimension : input.dimensions()) {
        tensor.addShape(dimension);
      }
      request.addRawInputContents(UnsafeByteOperations.unsafeWrap(RawTensor.write(input)));
    }
    for (TensorSpec output : outputs) {
      request.addOutputsBuilder().setName(output.name());
    }
    return request.build();
  }

  /**
   * What a status means, as the same statuses over HTTP do. What the server says beside it is not
   * passed on: it may hold what the caller sent.
   */
  private static Failure failure(Status status, Deadline deadline, int mostBytes)
      throws IOException, TimeoutException {
    String answered = "the server answers " + status.getCode();
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> {
        if (deadline.isExpired()) {
          throw new TimeoutException();
        }
        yield new Failure(UNAVAILABLE, answered);
      }
      case RESOURCE_EXHAUSTED -> {
        if (String.valueOf(status.getDescription()).startsWith(TOO_LONG)) {
          throw new IllegalStateException(
              "its answer is longer than the %d bytes that are read".formatted(mostBytes));
        }
        yield new Failure(UNAVAILABLE, answered);
      }
      case CANCELLED -> {
        // Not by us, whose thread would be interrupted.
        if (status.getCause() != null) {
          throw new IllegalStateException("the answer is not of the protocol", status.getCause());
        }
        yield new Failure(UNAVAILABLE, answered);
      }
      case UNAVAILABLE -> {
        Throwable here = status.getCause();
        if (here != null) {
          throw new IOException(here);
        }
        yield new Failure(UNAVAILABLE, answered);
      }
      case INTERNAL, UNKNOWN, DATA_LOSS, ABORTED -> new Failure(FAILED, answered);
      default -> new Failure(REFUSED, answered);
    };
  }

  // A peer that vanished without a word would otherwise take calls until TCP gives it up.
  @Override
  public void reconnect() {
    channel.enterIdle();
  }

  @Override
  public void close() {
    channel.shutdown();
  }

  /** The bytes of an answer, which {@link GrpcAnswer} reads. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream message) {
      try {
        return message.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
