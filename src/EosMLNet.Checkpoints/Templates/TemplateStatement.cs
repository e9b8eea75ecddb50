namespace EosMLNet.Checkpoints;

/// <summary>Does a part of a template in a run.</summary>
internal delegate void TemplateStatement(TemplateRun run);
