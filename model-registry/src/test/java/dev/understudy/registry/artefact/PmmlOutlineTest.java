package dev.understudy.registry.artefact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.problem.Refused;
import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PmmlOutlineTest {
  private static final String DOCUMENT =
      """
      <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
        <MiningModel functionName="regression">
          <MiningSchema>
            <MiningField name="amount"/>
            <MiningField name="home" usageType="active"/>
            <MiningField name="risk" usageType="target"/>
          </MiningSchema>
          <Output><OutputField name="probability" feature="predictedValue"/></Output>
          <Segmentation><Segment><TreeModel><MiningSchema>
            <MiningField name="inner"/>
          </MiningSchema></TreeModel></Segment></Segmentation>
        </MiningModel>
      </PMML>
      """;

  @Test
  void itNamesTheFieldsOfTheOutermostModel() {
    PmmlOutline outline = of(DOCUMENT);

    assertThat(outline.activeFields()).containsExactlyInAnyOrder("amount", "home");
    assertThat(outline.outputFields()).containsExactly("probability");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not XML",
        "<HTML/>",
        "<PMML/>",
        "<PMML xmlns='http://example.org/'/>",
        "<PMML><A>",
        "<!DOCTYPE PMML [<!ENTITY a 'a'>]><PMML><M><S><MiningField name='&a;'/></S></M></PMML>",
        "<!DOCTYPE PMML SYSTEM 'file:///etc/passwd'><PMML/>"
      })
  void whatIsNoSoundPmmlIsRefused(String content) {
    assertThatThrownBy(() -> of(content)).isInstanceOf(Refused.class);
  }

  @Test
  void elementsNestedWithoutEndAreRefused() {
    String deep = DOCUMENT.replace("<Output>", "<Output>" + "<Extension>".repeat(100_000));

    assertThatThrownBy(() -> of(deep)).isInstanceOf(Refused.class);
  }

  private static PmmlOutline of(String content) {
    return PmmlOutline.of(new ByteArrayInputStream(content.getBytes(UTF_8)));
  }
}
