package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.ProblemType;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InferenceParserTest {
  private static final String INCOME =
      """
      {"name":"Income","shape":[1],"datatype":"FP32","data":[100]}""";

  private final InferenceParser parser = new InferenceParser(new RequestLimits(10_000, 16, 10));
  private final List<Column> columns = new ArrayList<>(List.of(Column.number("Income", false)));

  @Test
  void aRequestBecomesTensors() {
    columns.add(Column.category("Home", true, "owner", "rent"));

    InferenceParser.Parsed parsed =
        parse(
            """
            {"id":"mine","model_name":"ignored","inputs":[
              {"name":"Income","shape":[2],"datatype":"FP32","data":[100, 2.5]},
              {"name":"Home","shape":[2],"datatype":"BYTES","data":["rent", null]}]}""");

    assertThat(parsed.id()).isEqualTo("mine");
    assertThat(parsed.rows()).isEqualTo(2);
    assertThat(parsed.inputs().values())
        .containsExactly(
            Tensor.ofFloats("Income", new long[] {2}, 100, 2.5f),
            Tensor.ofTexts("Home", new long[] {2}, "rent", ""));
    assertThat(parsed.outputs()).containsExactly(OutputWish.plain("p"));
  }

  @Test
  void nestedAndFlatDataAreTheSame() {
    matrix();

    Tensor flat =
        first("{\"name\":\"m\",\"shape\":[2,2],\"datatype\":\"FP64\",\"data\":[1,2,3,4]}");
    Tensor nested =
        first("{\"name\":\"m\",\"shape\":[2,2],\"datatype\":\"FP64\",\"data\":[[1,2],[3,4]]}");

    assertThat(nested).isEqualTo(flat);
    assertThat(flat.number(3)).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[1,2],[3]]",
        "[[1,2],3,4]",
        "[[1,2,3],[4]]",
        "[[1,2],[3,4],[5,6]]",
        "[[[1,2],[3,4]]]",
        "[1,2,[3,4]]",
        "[1,2,3]",
        "[1,2,3,4,5]",
        "[]",
        "7"
      })
  void dataThatDoNotFillTheShapeAreRefused(String data) {
    matrix();

    assertRefused(
        inputs("{\"name\":\"m\",\"shape\":[2,2],\"datatype\":\"FP64\",\"data\":" + data + "}"),
        "input m");
  }

  @Test
  void theOrderOfMembersDoesNotMatter() {
    Tensor tensor =
        first("{\"data\":[1.5],\"datatype\":\"FP32\",\"shape\":[1],\"name\":\"Income\"}");

    assertThat(tensor).isEqualTo(Tensor.ofFloats("Income", new long[] {1}, 1.5f));
    assertRefused(
        inputs("{\"data\":[NaN],\"datatype\":\"FP32\",\"shape\":[1],\"name\":\"Income\"}"),
        "Income[0]: NaN");
  }

  @Test
  void anUnknownTensorIsRefused() {
    assertRefused(
        inputs("{\"name\":\"Outcome\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}"),
        "no input 'Outcome'; it has Income");
  }

  @Test
  void aMissingTensorIsRefusedUnlessItMayBe() {
    columns.add(Column.number("Debt", true));
    Tensor filled = parse(inputs(INCOME)).inputs().get("Debt");
    assertThat(filled.isMissing(0)).isTrue();

    columns.add(Column.number("Price", false));
    assertRefused(inputs(INCOME), "input Price is missing");
  }

  @Test
  void aTensorThatIsGivenTwiceIsRefused() {
    assertRefused(inputs(INCOME + "," + INCOME), "Income is given twice");
  }

  @Test
  void aWrongDatatypeIsRefused() {
    assertRefused(
        inputs("{\"name\":\"Income\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[1]}"),
        "input Income: datatype FP32 is needed, not 'INT64'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,1]      | shape",
        "[]         | shape",
        "[0]        | rows",
        "[11]       | rows",
        "[-1]       | whole numbers",
        "[1.5]      | whole numbers",
        "[99999999999999999999] | whole numbers",
        "[1,1,1,1,1,1,1,1,1]    | whole numbers",
        "1          | array"
      })
  void aWrongShapeIsRefused(String shape, String reason) {
    assertRefused(
        inputs(
            "{\"name\":\"Income\",\"shape\":%s,\"datatype\":\"FP32\",\"data\":[1]}"
                .formatted(shape)),
        reason);
  }

  @Test
  void tensorsOfDifferentRowsAreRefused() {
    columns.add(Column.number("Debt", false));

    assertRefused(
        inputs(INCOME + ",{\"name\":\"Debt\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]}"),
        "input Income has 1 rows, input Debt has 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"100\"  | Income[0]: a number is needed, not a text",
        "true     | Income[0]: a number is needed",
        "{}       | Income[0]: a number is needed, not an object",
        "NaN      | Income[0]: NaN is not allowed",
        "\"NaN\"  | Income[0]: NaN is not allowed",
        "Infinity | Income[0]: the number is outside FP32",
        "1e39     | Income[0]: the number is outside FP32",
        "null     | Income[0]: the value must not be missing"
      })
  void anElementThatIsNoNumberIsRefused(String element, String reason) {
    assertRefused(
        inputs(
            "{\"name\":\"Income\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[%s]}"
                .formatted(element)),
        reason);
  }

  @Test
  void nullIsMissingWhereTheContractAllowsIt() {
    columns.set(0, Column.number("Income", true));

    Tensor tensor =
        first("{\"name\":\"Income\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[null]}");

    assertThat(tensor.isMissing(0)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"castle\" | Home[0]: 'castle' is none of the categories [owner, rent]",
        "null       | Home[0]: the value must not be missing",
        "\"\"       | Home[0]: the value must not be missing",
        "7          | Home[0]: a text is needed, not a number"
      })
  void aTextAgainstTheContractIsRefused(String element, String reason) {
    columns.set(0, Column.category("Home", false, "owner", "rent"));

    assertRefused(
        inputs(
            "{\"name\":\"Home\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[%s]}"
                .formatted(element)),
        reason);
  }

  @Test
  void base64IsReadWhereverItIsSaid() {
    columns.set(0, Column.category("Home", true, "owner", "rent"));
    String said = "\"parameters\":{\"content_type\":\"base64\"}";
    String data = "\"data\":[\"cmVudA==\",null]";
    String rest = "\"name\":\"Home\",\"shape\":[2],\"datatype\":\"BYTES\"";
    Tensor meant = Tensor.ofTexts("Home", new long[] {2}, "rent", "");

    assertThat(first("{%s,%s,%s}".formatted(rest, said, data))).isEqualTo(meant);
    assertThat(first("{%s,%s,%s}".formatted(rest, data, said))).isEqualTo(meant);
    assertThat(first("{%s,%s,%s}".formatted(data, said, rest))).isEqualTo(meant);
    assertRefused(
        inputs("{%s,%s,%s}".formatted(rest, said, data.replace("cmVudA==", "no base64"))),
        "Home[0]: the text is no base64");
    assertRefused(
        inputs("{%s,%s,%s}".formatted(rest, said, data.replace("cmVudA==", "YQ=="))),
        "Home[0]: 'a' is none of the categories");
    assertRefused(
        inputs("{%s,%s}".formatted(rest, said.replace("}", ",\"binary_data_size\":0}"))),
        "base64 is a form of BYTES in JSON, and of nothing else");
  }

  @ParameterizedTest
  @CsvSource({
    "INT8,-128,127,128",
    "UINT8,0,255,-1",
    "INT16,-32768,32767,32768",
    "UINT16,0,65535,65536",
    "INT32,-2147483648,2147483647,2147483648",
    "UINT32,0,4294967295,4294967296",
    "INT64,-9223372036854775808,9223372036854775807,9223372036854775808",
    "UINT64,0,18446744073709551615,18446744073709551616"
  })
  void wholeNumbersAreHeldToTheirRange(
      Datatype datatype, String least, String most, String beyond) {
    columns.set(0, column("n", datatype));

    Tensor tensor =
        first(
            "{\"name\":\"n\",\"shape\":[2],\"datatype\":\"%s\",\"data\":[%s,%s]}"
                .formatted(datatype, least, most));

    assertThat(tensor.integer(0)).isEqualTo(Long.parseLong(least));
    assertThat(
            datatype == Datatype.UINT64
                ? Long.toUnsignedString(tensor.integer(1))
                : Long.toString(tensor.integer(1)))
        .isEqualTo(most);
    for (String wrong : List.of(beyond, "1.5", "1.0", "\"1\"", "null", "true")) {
      assertRefused(
          inputs(
              "{\"name\":\"n\",\"shape\":[1],\"datatype\":\"%s\",\"data\":[%s]}"
                  .formatted(datatype, wrong)),
          "input n[0]");
    }
  }

  @Test
  void aTruthValueIsTrueOrFalse() {
    columns.set(0, column("b", Datatype.BOOL));

    assertThat(first("{\"name\":\"b\",\"shape\":[2],\"datatype\":\"BOOL\",\"data\":[true,false]}"))
        .isEqualTo(Tensor.ofIntegers("b", Datatype.BOOL, new long[] {2}, 1, 0));
    assertRefused(
        inputs("{\"name\":\"b\",\"shape\":[1],\"datatype\":\"BOOL\",\"data\":[1]}"), "b[0]");
  }

  @Test
  void aNumberOutsideTheDomainIsRefused() {
    columns.set(
        0,
        new Column(
            "Income",
            Datatype.FP32,
            List.of(-1L),
            false,
            false,
            List.of(),
            OptionalDouble.of(0),
            OptionalDouble.of(99)));

    assertRefused(inputs(INCOME), "the most that is allowed is 99");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                       | not valid JSON",
        "[]                      | must be a JSON object",
        "{} {}                   | behind the JSON object",
        "{}                      | 'inputs' is missing",
        "{\"inputs\":[]}         | no input was given",
        "{\"inputs\":{}}         | must be an array",
        "{\"inputs\":[7]}        | inputs[0] must be an object",
        "{\"inputs\":[{}]}       | 'name' is missing",
        "{\"inputs\":[{\"name\":7}]}            | 'inputs[0].name' must be a text",
        "{\"inputs\":[{\"name\":\"Income\"}]}   | input Income: 'datatype' is missing",
        "{\"id\":7}              | 'id' must be a text",
        "{\"parameters\":7}      | parameters",
        "{\"parameters\":{\"a\":[]}} | must be a text, a number, true or false",
        "{\"id\":\"a\",\"id\":\"b\"} | not valid JSON",
        "{\"outputs\":[{\"name\":\"q\"}]} | no output 'q'"
      })
  void aBodyThatIsNoRequestIsRefused(String body, String reason) {
    assertRefused(body, reason);
  }

  @Test
  void anEmptyBodyIsRefused() {
    assertRefused("", "must be a JSON object");
  }

  @Test
  void aBinaryBodyWithoutItsHeaderIsToldWhichOneIsMissing() {
    assertRefused("\0\0\200?", "Inference-Header-Content-Length");
    assertRefused(
        """
        {"inputs":[{"name":"Income","shape":[1],"datatype":"FP32",
         "parameters":{"binary_data_size":4}}]}""",
        "Inference-Header-Content-Length");
  }

  @Test
  void aBodyThatIsTooDeepIsRefused() {
    assertRefused("{\"deep\":" + "[".repeat(30) + "]".repeat(30) + "}", "deeper than 16");
  }

  @Test
  void anAnnouncedSizeReservesNothing() {
    columns.set(0, column("n", Datatype.INT64));
    InferenceParser generous =
        new InferenceParser(new RequestLimits(10_000, 16, Integer.MAX_VALUE));

    RequestRefused refused =
        catchThrowableOfType(
            RequestRefused.class,
            () ->
                generous.parse(
                    inputs(
                            "{\"name\":\"n\",\"shape\":[2147483647],\"datatype\":\"INT64\","
                                + "\"data\":[1]}")
                        .getBytes(UTF_8),
                    contract()));

    assertThat(refused.reason()).contains("needs 2147483647 elements, 'data' has 1");
  }

  @Test
  void extensionsThatAreNotThereAreNotSilentlyIgnored() {
    RequestRefused refused =
        refused("{\"parameters\":{\"sequence_id\":7},\"inputs\":[" + INCOME + "]}");

    assertThat(refused.problem()).isEqualTo(ProblemType.NOT_SUPPORTED);
    assertThat(refused.reason()).contains("sequence_id");
    parse("{\"parameters\":{\"sequence_id\":0,\"headers\":{}},\"inputs\":[" + INCOME + "]}");
  }

  @Test
  void aLongTextIsNotSentBackWhole() {
    assertThat(refused(inputs("{\"name\":\"" + "x".repeat(900) + "\"}")).reason())
        .hasSizeLessThan(200);
  }

  private void matrix() {
    columns.set(
        0,
        new Column(
            "m",
            Datatype.FP64,
            List.of(-1L, 2L),
            false,
            false,
            List.of(),
            OptionalDouble.empty(),
            OptionalDouble.empty()));
  }

  private static Column column(String name, Datatype datatype) {
    return new Column(
        name,
        datatype,
        List.of(-1L),
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static String inputs(String inputs) {
    return "{\"inputs\":[" + inputs + "]}";
  }

  private Tensor first(String input) {
    return parse(inputs(input)).inputs().values().iterator().next();
  }

  private ModelContract contract() {
    return new ModelContract(
        new InputContract(columns), List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L))));
  }

  private InferenceParser.Parsed parse(String body) {
    return parser.parse(body.getBytes(UTF_8), contract());
  }

  private void assertRefused(String body, String reason) {
    assertThat(refused(body).reason()).contains(reason);
  }

  private RequestRefused refused(String body) {
    return catchThrowableOfType(RequestRefused.class, () -> parse(body));
  }
}
