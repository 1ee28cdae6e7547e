package dev.understudy.gateway.protocol;

import dev.understudy.contracts.inference.DataType;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.InferStatistics;
import dev.understudy.contracts.inference.ModelConfig;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelMetadataResponse.TensorMetadata;
import dev.understudy.contracts.inference.ModelResponseCache;
import dev.understudy.contracts.inference.ModelStatistics;
import dev.understudy.contracts.inference.ModelStatisticsResponse;
import dev.understudy.contracts.inference.ModelTransactionPolicy;
import dev.understudy.contracts.inference.RepositoryIndexResponse;
import dev.understudy.contracts.inference.StatisticDuration;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.inference.VersionStatistics;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The messages that the protocol answers with over gRPC. Stateless. */
final class GrpcReplies {
  private GrpcReplies() {}

  /**
   * A prediction, with the outputs that the client asked for, in the form of its request.
   *
   * @throws RequestRefused if an output is too large to be ranked
   */
  static ModelInferResponse predicted(Answer.Predicted answer, GrpcRequest asked) {
    String id = answer.id().value();
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(answer.model())
            .setModelVersion(answer.version())
            .setId(asked.id().isEmpty() ? id : asked.id())
            .putParameters("prediction_id", text(id))
            .putParameters("arm", text(answer.arm()));
    answer.fallback().ifPresent(who -> response.putParameters("fallback", text(who)));
    List<Tensor> outputs = new ArrayList<>();
    for (OutputWish wish : asked.tensors().outputs()) {
      outputs.add(AnswerWriter.wished(answer, wish));
    }
    // The two forms are not mixed, so one tensor that has no typed form decides for all.
    boolean raw = asked.raw() || outputs.stream().anyMatch(one -> one.datatype().isHalf());
    for (Tensor output : outputs) {
      ModelInferResponse.InferOutputTensor.Builder tensor =
          response.addOutputsBuilder().setName(output.name()).setDatatype(output.datatype().name());
      for (long dimension : output.shape()) {
        tensor.addShape(dimension);
      }
      if (raw) {
        response.addRawOutputContents(TypedContents.shared(RawTensors.write(output)));
      } else {
        tensor.setContents(TypedContents.write(output));
      }
    }
    return response.build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  /**
   * What a model takes and answers.
   *
   * @param version the one that was asked for; empty: all of them
   */
  static ModelMetadataResponse metadata(ServedModel model, Optional<String> version) {
    ModelMetadataResponse.Builder metadata =
        ModelMetadataResponse.newBuilder()
            .setName(model.name())
            .setPlatform(Replies.platform(model, version));
    version.ifPresentOrElse(metadata::addVersions, () -> metadata.addAllVersions(model.versions()));
    for (Column column : model.contract().inputs().columns()) {
      metadata.addInputs(tensor(column.spec()));
    }
    for (TensorSpec output : model.contract().outputs()) {
      metadata.addOutputs(tensor(output));
    }
    return metadata.build();
  }

  /**
   * What a load generator or a client needs to know of how a model is run.
   *
   * @param version the one that was asked for; empty: the current one
   * @param mostRows that one request may have
   */
  static ModelConfig configuration(ServedModel model, Optional<String> version, int mostRows) {
    boolean batched =
        model.contract().inputs().columns().stream().allMatch(column -> hasRows(column.spec()))
            && model.contract().outputs().stream().allMatch(GrpcReplies::hasRows);
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(model.name())
            .setPlatform(Replies.platform(model, version))
            .setMaxBatchSize(batched ? mostRows : 0)
            .setModelTransactionPolicy(ModelTransactionPolicy.getDefaultInstance())
            .setResponseCache(ModelResponseCache.getDefaultInstance());
    Replies.batching(model, version)
        .ifPresent(
            policy ->
                config
                    .getDynamicBatchingBuilder()
                    .addPreferredBatchSize(policy.mostRows())
                    .setMaxQueueDelayMicroseconds(Replies.delayMicros(policy.longestDelay())));
    for (Column column : model.contract().inputs().columns()) {
      config
          .addInputBuilder()
          .setName(column.name())
          .setDataType(dataType(column.datatype()))
          .addAllDims(dimensions(column.spec(), batched))
          .setOptional(column.mayBeLeftOut());
    }
    for (TensorSpec output : model.contract().outputs()) {
      config
          .addOutputBuilder()
          .setName(output.name())
          .setDataType(dataType(output.datatype()))
          .addAllDims(dimensions(output, batched));
    }
    return config.build();
  }

  private static boolean hasRows(TensorSpec spec) {
    return !spec.shape().isEmpty() && spec.shape().getFirst() < 0;
  }

  private static List<Long> dimensions(TensorSpec spec, boolean batched) {
    return spec.shape().subList(batched ? 1 : 0, spec.shape().size());
  }

  private static DataType dataType(Datatype datatype) {
    return switch (datatype) {
      case BOOL -> DataType.TYPE_BOOL;
      case UINT8 -> DataType.TYPE_UINT8;
      case UINT16 -> DataType.TYPE_UINT16;
      case UINT32 -> DataType.TYPE_UINT32;
      case UINT64 -> DataType.TYPE_UINT64;
      case INT8 -> DataType.TYPE_INT8;
      case INT16 -> DataType.TYPE_INT16;
      case INT32 -> DataType.TYPE_INT32;
      case INT64 -> DataType.TYPE_INT64;
      case FP16 -> DataType.TYPE_FP16;
      case BF16 -> DataType.TYPE_BF16;
      case FP32 -> DataType.TYPE_FP32;
      case FP64 -> DataType.TYPE_FP64;
      case BYTES -> DataType.TYPE_STRING;
    };
  }

  /** Every loaded version of every model; nothing else is known here, and all of it is ready. */
  static RepositoryIndexResponse index(List<ServedModel> models) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (ServedModel model : models) {
      for (String version : model.versions()) {
        index.addModelsBuilder().setName(model.name()).setVersion(version).setState("READY");
      }
    }
    return index.build();
  }

  /**
   * What versions have done for their callers since they were loaded.
   *
   * @param version of each of the models; empty: all of its versions
   */
  static ModelStatisticsResponse statistics(
      List<ServedModel> models, Optional<String> version, InferenceRoute.Statistics statistics) {
    ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
    for (ServedModel model : models) {
      Collection<String> versions =
          version.<Collection<String>>map(List::of).orElseGet(model::versions);
      for (String one : versions) {
        VersionStatistics.Snapshot sums =
            statistics.of(model.name(), one).orElseGet(VersionStatistics.Snapshot::none);
        response.addModelStats(statistics(model.name(), one, sums));
      }
    }
    return response.build();
  }

  private static ModelStatistics.Builder statistics(
      String model, String version, VersionStatistics.Snapshot sums) {
    // Within the run and not measured apart; to count it would say that it took no time.
    StatisticDuration nothing = StatisticDuration.getDefaultInstance();
    ModelStatistics.Builder all =
        ModelStatistics.newBuilder()
            .setName(model)
            .setVersion(version)
            .setLastInference(sums.lastMillis())
            .setInferenceCount(sums.inferences())
            .setExecutionCount(sums.executions())
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(total(sums.success()))
                    .setFail(total(sums.fail()))
                    .setQueue(total(sums.queue()))
                    .setComputeInput(total(sums.read()))
                    .setComputeInfer(total(sums.run()))
                    .setComputeOutput(nothing)
                    .setCacheHit(StatisticDuration.getDefaultInstance())
                    .setCacheMiss(StatisticDuration.getDefaultInstance()));
    for (VersionStatistics.Batch batch : sums.batches()) {
      all.addBatchStatsBuilder()
          .setBatchSize(batch.size())
          .setComputeInput(nothing)
          .setComputeInfer(total(batch.run()))
          .setComputeOutput(nothing);
    }
    return all;
  }

  private static StatisticDuration.Builder total(VersionStatistics.Total total) {
    return StatisticDuration.newBuilder().setCount(total.count()).setNs(total.nanos());
  }

  private static TensorMetadata tensor(TensorSpec spec) {
    return TensorMetadata.newBuilder()
        .setName(spec.name())
        .setDatatype(spec.datatype().name())
        .addAllShape(spec.shape())
        .build();
  }
}
