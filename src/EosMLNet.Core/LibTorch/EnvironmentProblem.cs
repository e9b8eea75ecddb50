namespace EosMLNet.LibTorch;

/// <summary>Something about this machine that keeps EosMLNet from working, or from working well.</summary>
/// <param name="Code">The code, with a page in build/docs/diagnostics.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
/// <param name="IsError">False when everything works, only slower than it could.</param>
public sealed record EnvironmentProblem(string Code, string Message, bool IsError);
