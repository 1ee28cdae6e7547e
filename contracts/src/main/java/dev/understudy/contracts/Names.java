package dev.understudy.contracts;

import java.util.regex.Pattern;

/**
 * What a project, a model, a version, a gateway or an outcome may be called. Names end up in paths,
 * file names, metrics and keys, so they are checked once, here.
 */
public final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** What to tell someone whose name was refused. */
  public static final String RULE =
      "1 to 128 letters, digits, '.', '_' or '-', starting with a letter or a digit";

  private Names() {}

  /** Whether the name is allowed. */
  public static boolean allowed(String name) {
    return NAME.matcher(name).matches();
  }
}
