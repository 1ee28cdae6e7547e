package dev.understudy.scoring;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests whose rows follow each other in one, and the answer's rows given back to each. */
final class TensorRows {
  private TensorRows() {}

  /**
   * What two requests must have in common to share a run: for each input, the dimensions that are
   * not the rows.
   */
  record Shapes(List<List<Long>> dimensions) {}

  /**
   * The shapes of a request that may share a run; null when it does not fit the inputs or disagrees
   * with itself about its rows, and must fail alone.
   */
  static @Nullable Shapes shapes(List<TensorSpec> inputs, Map<String, Tensor> request) {
    List<List<Long>> dimensions = new ArrayList<>(inputs.size());
    long rows = rows(inputs, request);
    for (TensorSpec input : inputs) {
      Tensor tensor = request.get(input.name());
      if (tensor == null
          || tensor.datatype() != input.datatype()
          || !input.isPerRow()
          || !input.admits(tensor.dimensions())
          || tensor.rows() != rows) {
        return null;
      }
      long[] shape = tensor.dimensions();
      dimensions.add(Arrays.stream(shape, 1, shape.length).boxed().toList());
    }
    return new Shapes(dimensions);
  }

  /** The tensor of a request for an input. */
  static Tensor given(Map<String, Tensor> request, TensorSpec input) {
    Tensor tensor = request.get(input.name());
    if (tensor == null) {
      throw new IllegalArgumentException("input %s was not given".formatted(input.name()));
    }
    return tensor;
  }

  /** The rows of a request by its first input; 0 if that is missing. */
  static long rows(List<TensorSpec> inputs, Map<String, Tensor> request) {
    if (inputs.isEmpty()) {
      return 0;
    }
    Tensor first = request.get(inputs.getFirst().name());
    return first == null ? 0 : first.rows();
  }

  /** One request with the rows of all, which have equal {@link #shapes}. */
  static Map<String, Tensor> join(List<TensorSpec> inputs, List<Map<String, Tensor>> requests) {
    Map<String, Tensor> joined = HashMap.newHashMap(inputs.size());
    for (TensorSpec input : inputs) {
      List<Tensor> parts = new ArrayList<>(requests.size());
      for (Map<String, Tensor> request : requests) {
        parts.add(given(request, input));
      }
      joined.put(input.name(), join(parts));
    }
    return joined;
  }

  private static Tensor join(List<Tensor> parts) {
    Tensor first = parts.getFirst();
    long[] shape = first.shape();
    shape[0] = 0;
    int size = 0;
    for (Tensor part : parts) {
      shape[0] += part.rows();
      size = Math.addExact(size, part.size());
    }
    Object values = empty(first.values(), size);
    int at = 0;
    for (Tensor part : parts) {
      System.arraycopy(part.values(), 0, values, at, part.size());
      at += part.size();
    }
    return with(first, shape, values);
  }

  /** So many rows of each tensor from that row on. */
  static List<Tensor> slice(List<Tensor> tensors, long from, long rows) {
    List<Tensor> slices = new ArrayList<>(tensors.size());
    for (Tensor tensor : tensors) {
      long[] shape = tensor.shape();
      int perRow = Math.toIntExact(tensor.size() / shape[0]);
      shape[0] = rows;
      int size = Math.toIntExact(rows * perRow);
      Object values = empty(tensor.values(), size);
      System.arraycopy(tensor.values(), Math.toIntExact(from * perRow), values, 0, size);
      slices.add(with(tensor, shape, values));
    }
    return slices;
  }

  private static Object empty(Object like, int size) {
    return Array.newInstance(like.getClass().getComponentType(), size);
  }

  private static Tensor with(Tensor like, long[] shape, Object values) {
    String name = like.name();
    return switch (values) {
      case float[] floats -> Tensor.ofFloats(name, shape, floats);
      case double[] doubles -> Tensor.ofDoubles(name, shape, doubles);
      case short[] halves -> Tensor.ofHalves(name, like.datatype(), shape, halves);
      case long[] integers -> Tensor.ofIntegers(name, like.datatype(), shape, integers);
      case byte[][] bytes -> Tensor.ofBytes(name, shape, bytes);
      default -> throw new IllegalStateException("a tensor of " + values.getClass());
    };
  }
}
