package dev.understudy.scoring;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelMetadataResponse.TensorMetadata;
import dev.understudy.contracts.inference.ModelReadyResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A server of the Open Inference Protocol over real gRPC, whose model {@code credit} takes x FP32
 * and answers p FP32; how it answers, to the byte, is up to the test.
 */
final class GrpcOipServer implements AutoCloseable {
  private static final MethodDescriptor<ModelInferRequest, byte[]> INFER =
      GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(
              GRPCInferenceServiceGrpc.getModelInferMethod().getRequestMarshaller(), new Bytes())
          .build();

  private final Server server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger calls = new AtomicInteger();
  volatile boolean ready = true;
  volatile ModelMetadataResponse metadata =
      ModelMetadataResponse.newBuilder()
          .setName("credit")
          .addInputs(tensor("x", "FP32", -1))
          .addOutputs(tensor("p", "FP32", -1))
          .addOutputs(tensor("other", "FP32", -1))
          .build();
  volatile Infer infer = request -> p(0.5f).toByteArray();

  /** Which headers it answers at all. */
  volatile Predicate<Metadata> knows = headers -> true;

  volatile Optional<Deadline> lastDeadline = Optional.empty();

  /** What the model makes of a request. */
  interface Infer {
    byte[] answer(ModelInferRequest request) throws StatusException;
  }

  GrpcOipServer() throws IOException {
    this(0, null, null);
  }

  /** With a certificate and its key, it speaks TLS. */
  GrpcOipServer(int port, @Nullable File certificate, @Nullable File key) throws IOException {
    this(
        port,
        certificate != null && key != null
            ? TlsServerCredentials.create(certificate, key)
            : InsecureServerCredentials.create());
  }

  /** Over TLS, to clients that the certificates certify. */
  static GrpcOipServer toKnownClients(TestCertificate own, File clients) throws IOException {
    return new GrpcOipServer(
        0,
        TlsServerCredentials.newBuilder()
            .keyManager(own.chain(), own.key())
            .trustManager(clients)
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build());
  }

  private GrpcOipServer(int port, ServerCredentials credentials) throws IOException {
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials)
            .executor(threads)
            .intercept(new Door())
            .addService(service())
            .build()
            .start();
  }

  private final class Door implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      if (!knows.test(headers)) {
        call.close(Status.UNAUTHENTICATED.withDescription("who are you"), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return next.startCall(call, headers);
    }
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(GRPCInferenceServiceGrpc.SERVICE_NAME)
        .addMethod(
            GRPCInferenceServiceGrpc.getModelReadyMethod(),
            ServerCalls.asyncUnaryCall(
                (request, reply) -> {
                  reply.onNext(
                      ModelReadyResponse.newBuilder()
                          .setReady(ready && request.getName().equals("credit"))
                          .build());
                  reply.onCompleted();
                }))
        .addMethod(
            GRPCInferenceServiceGrpc.getModelMetadataMethod(),
            ServerCalls.asyncUnaryCall(
                (request, reply) -> {
                  reply.onNext(metadata);
                  reply.onCompleted();
                }))
        .addMethod(
            INFER,
            ServerCalls.asyncUnaryCall(
                (request, reply) -> {
                  calls.incrementAndGet();
                  lastDeadline = Optional.ofNullable(Context.current().getDeadline());
                  try {
                    reply.onNext(infer.answer(request));
                    reply.onCompleted();
                  } catch (StatusException e) {
                    reply.onError(e);
                  }
                }))
        .build();
  }

  static TensorMetadata tensor(String name, String datatype, long... shape) {
    TensorMetadata.Builder tensor = TensorMetadata.newBuilder().setName(name).setDatatype(datatype);
    for (long size : shape) {
      tensor.addShape(size);
    }
    return tensor.build();
  }

  /** An answer with those probabilities, in the raw form. */
  static ModelInferResponse p(float... values) {
    Tensor p = Tensor.ofFloats("p", new long[] {values.length}, values);
    return ModelInferResponse.newBuilder()
        .setModelName("credit")
        .addOutputs(
            ModelInferResponse.InferOutputTensor.newBuilder()
                .setName("p")
                .setDatatype("FP32")
                .addShape(values.length))
        .addRawOutputContents(com.google.protobuf.ByteString.copyFrom(RawTensor.write(p)))
        .build();
  }

  static StatusException error(Status.Code code) {
    return code.toStatus().withDescription("no").asException();
  }

  int port() {
    return server.getPort();
  }

  /** How many requests reached the model. */
  int calls() {
    return calls.get();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Only now, so that no call is answered while the server goes.
    threads.shutdownNow();
  }

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
