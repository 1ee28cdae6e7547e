package dev.understudy.registry.mlflow;

import dev.understudy.registry.problem.Refused;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place among the artefacts: in the area of a run, or in a version. Read once, segment by
 * segment; it never becomes a path of the file system or an address that is called. Immutable.
 */
sealed interface ArtefactPath {
  /** Where every path begins. */
  String SCHEME = "mlflow-artifacts:/";

  /** What a run uploaded; the path is empty for the whole area. */
  record OfRun(String run, String path) implements ArtefactPath {}

  /** What a version came with; the path is empty for all of it. */
  record OfVersion(String model, String version, String path) implements ArtefactPath {}

  Pattern RUN = Pattern.compile("[0-9a-f]{32}");
  Pattern EXPERIMENT = Pattern.compile("[0-9]{1,18}");
  int LONGEST = 1_000;

  /**
   * A path as it stands in a URL of this service, already decoded.
   *
   * @param field to blame
   */
  static ArtefactPath of(String field, String path) {
    List<String> segments = segments(field, path);
    if (segments.size() >= 3
        && EXPERIMENT.matcher(segments.get(0)).matches()
        && RUN.matcher(segments.get(1)).matches()
        && segments.get(2).equals("artifacts")) {
      return new OfRun(segments.get(1), joined(segments, 3));
    }
    if (segments.size() >= 3 && segments.getFirst().equals("versions")) {
      return new OfVersion(segments.get(1), segments.get(2), joined(segments, 3));
    }
    throw Refused.field(
        field,
        "a path is EXPERIMENT/RUN/artifacts/... as the run's artifact_uri says, or"
            + " versions/MODEL/VERSION/...");
  }

  /**
   * Where a client says that the files of a new version are: in the area of a run, nowhere else.
   */
  static OfRun source(String source) {
    if (source.startsWith("runs:/")) {
      List<String> segments = segments("source", source.substring("runs:/".length()));
      if (!segments.isEmpty() && RUN.matcher(segments.getFirst()).matches()) {
        return new OfRun(segments.getFirst(), joined(segments, 1));
      }
    } else if (source.startsWith(SCHEME)
        && of("source", source.substring(SCHEME.length())) instanceof OfRun run) {
      return run;
    }
    throw Refused.field(
        "source",
        "a version is made of what a run uploaded: runs:/RUN/PATH or the run's artifact_uri with"
            + " the path behind it; no other address is read");
  }

  /** A path below a run or a version; the empty one is all of it. */
  static String below(String field, Optional<String> path) {
    return path.map(one -> joined(segments(field, one), 0)).orElse("");
  }

  private static List<String> segments(String field, String path) {
    if (path.length() > LONGEST) {
      throw Refused.field(field, "a path has %d characters at most".formatted(LONGEST));
    }
    List<String> segments = Arrays.asList(path.split("/", -1));
    if (path.isEmpty()) {
      throw Refused.field(field, "the path is empty");
    }
    for (String segment : segments) {
      boolean isDots = segment.isEmpty() || segment.equals(".") || segment.equals("..");
      // A percent sign would be decoded by the next reader; the others end a path in an address.
      boolean isOdd =
          segment
              .chars()
              .anyMatch(one -> "\\%#?:\uFFFD".indexOf(one) >= 0 || Character.isISOControl(one));
      if (isDots || isOdd) {
        throw Refused.field(
            field,
            "a path has names between single slashes; none is '.' or '..', and none holds \\ % # ?"
                + " : or a control character");
      }
    }
    return segments;
  }

  private static String joined(List<String> segments, int from) {
    return String.join("/", segments.subList(from, segments.size()));
  }
}
