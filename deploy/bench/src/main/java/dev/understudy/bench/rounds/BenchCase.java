package dev.understudy.bench.rounds;

import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.models.RequestBody;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One line of the report.
 *
 * @param model {@code trees}, {@code credit} or {@code dense}
 * @param batch rows in a request
 */
record BenchCase(String model, Form form, int batch, Journal journal, Shadow shadow) {
  /** How the request is written. */
  enum Form {
    JSON,
    BINARY,
    GRPC
  }

  /** What becomes of the log. */
  enum Journal {
    OFF,
    ASYNC,
    DURABLE
  }

  /** Who scores beside the current version. */
  enum Shadow {
    NONE,
    /** The same model once more, on every request. */
    SAME,
    /** A model that takes about 20 ms, on every request. */
    SLOW,
    /** A model on another server, which takes every request and never answers. */
    HANGING
  }

  private static final String PLAIN_MODEL = "trees";
  private static final List<String> MODELS = List.of(PLAIN_MODEL, "credit", "dense");

  /** All that is measured when nothing is chosen. */
  static List<BenchCase> all() {
    List<BenchCase> cases = new ArrayList<>();
    for (String model : MODELS) {
      cases.add(plain(model, Form.JSON, 1));
      cases.add(plain(model, Form.JSON, 32));
      cases.add(plain(model, Form.BINARY, 32));
      cases.add(plain(model, Form.GRPC, 1));
      cases.add(plain(model, Form.GRPC, 32));
      cases.add(new BenchCase(model, Form.JSON, 1, Journal.ASYNC, Shadow.NONE));
      cases.add(new BenchCase(model, Form.JSON, 1, Journal.DURABLE, Shadow.NONE));
      cases.add(new BenchCase(model, Form.JSON, 1, Journal.OFF, Shadow.SAME));
    }
    cases.add(new BenchCase(PLAIN_MODEL, Form.JSON, 1, Journal.ASYNC, Shadow.SAME));
    cases.add(new BenchCase(PLAIN_MODEL, Form.JSON, 1, Journal.OFF, Shadow.SLOW));
    cases.add(new BenchCase(PLAIN_MODEL, Form.JSON, 1, Journal.OFF, Shadow.HANGING));
    return List.copyOf(cases);
  }

  /** Those whose name fits one of the patterns, such as {@code json-*}; in their own order. */
  static List<BenchCase> fitting(List<String> patterns) {
    List<PathMatcher> matchers =
        patterns.stream()
            .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
            .toList();
    return all().stream()
        .filter(one -> matchers.stream().anyMatch(fits -> fits.matches(Path.of(one.name()))))
        .toList();
  }

  private static BenchCase plain(String model, Form form, int batch) {
    return new BenchCase(model, form, batch, Journal.OFF, Shadow.NONE);
  }

  /** The same without log and shadow: both get the load that this one can bear. */
  BenchCase plain() {
    return plain(model, form, batch);
  }

  /** As it stands in the report; the trees, on which the targets are, need no prefix. */
  String name() {
    StringBuilder name = new StringBuilder();
    if (!model.equals(PLAIN_MODEL)) {
      name.append(model).append('-');
    }
    name.append(form.name().toLowerCase(Locale.ROOT)).append('-').append(batch);
    switch (journal) {
      case OFF -> {}
      case ASYNC -> name.append("-journal");
      case DURABLE -> name.append("-journal-durable");
    }
    switch (shadow) {
      case NONE -> {}
      case SAME -> name.append("-shadow");
      case SLOW -> name.append("-shadow-slow");
      case HANGING -> name.append("-shadow-hanging");
    }
    return name.toString();
  }

  /** The name in the URL of the deployment that serves it. */
  String deployment() {
    String log = journal == Journal.DURABLE ? "-durable" : "";
    return switch (shadow) {
      case NONE -> model + log;
      case SAME -> model + log + "-shadow";
      case SLOW -> model + log + "-shadow-slow";
      case HANGING -> model + log + "-shadow-hanging";
    };
  }

  RequestBody body(BenchModel of) {
    return switch (form) {
      case JSON -> RequestBody.json(of.rows(batch));
      case BINARY -> RequestBody.binary(of.rows(batch));
      case GRPC -> RequestBody.grpc(deployment(), of.rows(batch));
    };
  }
}
