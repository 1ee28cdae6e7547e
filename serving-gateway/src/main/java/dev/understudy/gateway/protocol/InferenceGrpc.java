package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.understudy.contracts.inference.ModelConfigRequest;
import dev.understudy.contracts.inference.ModelConfigResponse;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelMetadataRequest;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelReadyRequest;
import dev.understudy.contracts.inference.ModelReadyResponse;
import dev.understudy.contracts.inference.ModelStatisticsRequest;
import dev.understudy.contracts.inference.ModelStatisticsResponse;
import dev.understudy.contracts.inference.RepositoryIndexRequest;
import dev.understudy.contracts.inference.RepositoryIndexResponse;
import dev.understudy.contracts.inference.RepositoryModelLoadRequest;
import dev.understudy.contracts.inference.RepositoryModelLoadResponse;
import dev.understudy.contracts.inference.RepositoryModelUnloadRequest;
import dev.understudy.contracts.inference.RepositoryModelUnloadResponse;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.contracts.inference.ServerLiveResponse;
import dev.understudy.contracts.inference.ServerMetadataRequest;
import dev.understudy.contracts.inference.ServerMetadataResponse;
import dev.understudy.contracts.inference.ServerReadyRequest;
import dev.understudy.contracts.inference.ServerReadyResponse;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.inference.InferenceRequest;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.routing.ServedModel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The Open Inference Protocol V2 over gRPC. Requests are read on the transport's event loop, and
 * answered on the thread that has scored. Thread-safe.
 */
final class InferenceGrpc extends GRPCInferenceServiceImplBase {
  private static final Logger LOG = Logger.getLogger(InferenceGrpc.class);

  private final LiveModels models;
  private final InferencePipeline pipeline;
  private final InferenceMeters inferences;
  private final RequestLimits limits;
  private final MeterRegistry meters;
  private final String serverVersion;

  InferenceGrpc(
      LiveModels models,
      InferencePipeline pipeline,
      InferenceMeters inferences,
      RequestLimits limits,
      MeterRegistry meters,
      String serverVersion) {
    this.models = models;
    this.pipeline = pipeline;
    this.inferences = inferences;
    this.limits = limits;
    this.meters = meters;
    this.serverVersion = serverVersion;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    answer(observer, () -> ServerReadyResponse.newBuilder().setReady(models.ready()).build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    answer(
        observer,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(Replies.SERVER)
                .setVersion(serverVersion)
                .addAllExtensions(Replies.EXTENSIONS)
                .build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    answer(observer, () -> ModelReadyResponse.newBuilder().setReady(ready(request)).build());
  }

  private boolean ready(ModelReadyRequest request) {
    try {
      models.find(request.getName(), given(request.getVersion()));
      return true;
    } catch (RequestRefused refused) {
      if (refused.problem() == ProblemType.UNAVAILABLE) {
        return false;
      }
      throw refused;
    }
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    Optional<String> version = given(request.getVersion());
    answer(observer, () -> GrpcReplies.metadata(models.find(request.getName(), version), version));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    Instant arrivedAt = Instant.now();
    long receivedAt = System.nanoTime();
    letGo(observer);
    CallHeaders headers = CallHeaders.current();
    // A call that its client has cancelled holds what it brought for as long as it is scored.
    headers.held().enter();
    boolean begun = false;
    try {
      headers.asksFor(request.getModelName());
      Optional<String> version = given(request.getModelVersion());
      ServedModel model = models.find(request.getModelName(), version);
      GrpcRequest asked = GrpcRequest.read(request, model.contract(), limits.rows(), headers);
      headers.cover(asked.tensors().heapBytes());
      long parseNanos = System.nanoTime() - receivedAt;
      pipeline
          .infer(
              new InferenceRequest(
                  model.name(),
                  version,
                  asked.id(),
                  asked.tensors().inputs(),
                  asked.tensors().rows(),
                  arrivedAt,
                  asked.traits()))
          .thenAccept(
              answer -> {
                try {
                  answer(observer, headers, asked, answer, parseNanos);
                } finally {
                  headers.held().leave();
                }
              });
      begun = true;
    } catch (RequestRefused refused) {
      headers.refused(refused.problem());
      refuse(observer, refused);
    } catch (RuntimeException | Error e) {
      fail(observer, e);
    } finally {
      if (!begun) {
        headers.held().leave();
      }
    }
  }

  private void answer(
      StreamObserver<ModelInferResponse> observer,
      CallHeaders headers,
      GrpcRequest asked,
      Answer answer,
      long parseNanos) {
    try {
      if (answer instanceof Answer.Refused refused) {
        headers.refused(refused.problem());
      } else {
        headers.assigned();
      }
      switch (answer) {
        case Answer.Predicted predicted -> {
          long answeredAt = System.nanoTime();
          ModelInferResponse response = GrpcReplies.predicted(predicted, asked);
          inferences.told(
              predicted.model(), predicted.version(), parseNanos, System.nanoTime() - answeredAt);
          headers.predicted(predicted.id().value());
          headers.held().answer(response.getSerializedSize());
          observer.onNext(response);
          observer.onCompleted();
        }
        case Answer.Failed failed -> {
          Metadata trailers = new Metadata();
          trailers.put(CallHeaders.PREDICTION_ID, failed.id().value());
          observer.onError(status(failed.problem(), failed.reason()).asRuntimeException(trailers));
        }
        case Answer.Refused refused ->
            refuse(observer, new RequestRefused(refused.problem(), refused.reason()));
      }
    } catch (RequestRefused refused) {
      refuse(observer, refused);
    } catch (RuntimeException | Error e) {
      fail(observer, e);
    }
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    Optional<String> version = given(request.getVersion());
    answer(
        observer,
        () ->
            ModelConfigResponse.newBuilder()
                .setConfig(
                    GrpcReplies.configuration(
                        models.find(request.getName(), version), version, limits.rows()))
                .build());
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    Optional<String> version = given(request.getVersion());
    answer(
        observer,
        () ->
            GrpcReplies.statistics(
                request.getName().isEmpty() && version.isEmpty()
                    ? models.all()
                    : List.of(models.find(request.getName(), version)),
                version,
                inferences::statistics));
  }

  // Whoever asks for what is ready only gets the same: all that is here is ready.
  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    answer(observer, () -> GrpcReplies.index(models.all()));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    refuse(observer, theRegistryDecides());
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    refuse(observer, theRegistryDecides());
  }

  private static RequestRefused theRegistryDecides() {
    return new RequestRefused(
        ProblemType.NOT_SUPPORTED,
        "the registry decides which models are loaded here; promote or roll back there");
  }

  private <A> void answer(StreamObserver<A> observer, Supplier<A> message) {
    letGo(observer);
    try {
      observer.onNext(message.get());
      observer.onCompleted();
    } catch (RequestRefused refused) {
      refuse(observer, refused);
    } catch (RuntimeException | Error e) {
      fail(observer, e);
    }
  }

  /** An answer to a client that has cancelled is dropped, where it would be an error otherwise. */
  private static void letGo(StreamObserver<?> observer) {
    if (observer instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(() -> {});
    }
  }

  private static Optional<String> given(String version) {
    return version.isEmpty() ? Optional.empty() : Optional.of(version);
  }

  private void refuse(StreamObserver<?> observer, RequestRefused refused) {
    // That is counted where the call ends.
    if (refused.problem() != ProblemType.OVERLOADED) {
      GatewayMetric.REJECTED
          .counter(meters, refused.problem().name().toLowerCase(Locale.ROOT))
          .increment();
    }
    observer.onError(status(refused.problem(), refused.reason()).asRuntimeException());
  }

  private void fail(StreamObserver<?> observer, Throwable e) {
    LOG.error("a call failed unexpectedly", e);
    refuse(observer, new RequestRefused(ProblemType.INTERNAL, "the gateway failed"));
  }

  /** The protocol's status of a problem, by the HTTP status that REST would answer. */
  static Status status(ProblemType problem, String reason) {
    if (problem == ProblemType.OVERLOADED) {
      return Status.RESOURCE_EXHAUSTED.withDescription(reason);
    }
    Status status =
        switch (problem.status()) {
          case 400 -> Status.INVALID_ARGUMENT;
          case 401 -> Status.UNAUTHENTICATED;
          case 403 -> Status.PERMISSION_DENIED;
          case 404 -> Status.NOT_FOUND;
          case 408, 504 -> Status.DEADLINE_EXCEEDED;
          case 409 -> Status.FAILED_PRECONDITION;
          case 413, 429 -> Status.RESOURCE_EXHAUSTED;
          case 415, 501 -> Status.UNIMPLEMENTED;
          case 503 -> Status.UNAVAILABLE;
          default -> Status.INTERNAL;
        };
    return status.withDescription(reason);
  }
}
