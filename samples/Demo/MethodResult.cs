using EosMLNet.Plans;

namespace Demo;

/// <summary>One row of the demo's table.</summary>
/// <param name="Name">The method.</param>
/// <param name="Accuracy">The mean of the families' accuracies on held-out images.</param>
/// <param name="Ledger">What it costs.</param>
/// <param name="Milliseconds">The median wall-clock time of one answer, asked alone.</param>
internal sealed record MethodResult(string Name, double Accuracy, TokenLedger Ledger, double Milliseconds);
