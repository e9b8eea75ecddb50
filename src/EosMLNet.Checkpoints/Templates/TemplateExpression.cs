namespace EosMLNet.Checkpoints;

/// <summary>Computes a value in a run.</summary>
internal delegate object? TemplateExpression(TemplateRun run);
