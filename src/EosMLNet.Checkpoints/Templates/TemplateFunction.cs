namespace EosMLNet.Checkpoints;

/// <summary>What a template can call: a filter, a method, a macro.</summary>
/// <param name="call">The call.</param>
internal delegate object? TemplateFunction(TemplateCall call);
