-- Besides ONNX graphs: PMML documents, and descriptions of models on other servers.
alter table model_version drop constraint model_version_format_check;
alter table model_version
  add constraint model_version_format_check check (format in ('onnx', 'pmml', 'remote'));
