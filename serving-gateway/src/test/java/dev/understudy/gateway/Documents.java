package dev.understudy.gateway;

import java.net.URI;

/** Versions that are texts: they take x and answer p, as the tiny graphs do. */
public final class Documents {
  private Documents() {}

  /** p = 1 / (1 + exp(-weight * x)), as PMML. */
  public static String pmml(double weight) {
    return """
        <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
          <Header/>
          <DataDictionary>
            <DataField name="x" optype="continuous" dataType="double"/>
            <DataField name="y" optype="continuous" dataType="double"/>
          </DataDictionary>
          <RegressionModel functionName="regression" normalizationMethod="logit">
            <MiningSchema>
              <MiningField name="x"/>
              <MiningField name="y" usageType="target"/>
            </MiningSchema>
            <Output>
              <OutputField name="p" optype="continuous" dataType="double" feature="predictedValue"/>
            </Output>
            <RegressionTable intercept="0">
              <NumericPredictor name="x" coefficient="%s"/>
            </RegressionTable>
          </RegressionModel>
        </PMML>
        """
        .formatted(weight);
  }

  /** A model on another server, over HTTP or, by the address, gRPC. */
  public static String remote(URI server, String model, String version) {
    String protocol = server.getScheme().startsWith("grpc") ? "grpc" : "rest";
    return """
        {"understudy_remote":
          {"protocol": "%s", "url": "%s", "model": "%s", "version": "%s"}}
        """
        .formatted(protocol, server, model, version);
  }
}
