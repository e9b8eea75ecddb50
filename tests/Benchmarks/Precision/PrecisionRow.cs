namespace Benchmarks.Precision;

/// <summary>How well a model answers in one type.</summary>
/// <param name="Plan">The plan that it runs under, in words.</param>
/// <param name="Type">What it computes in.</param>
/// <param name="Accuracy">Share of questions that are answered right.</param>
/// <param name="Agreement">Share of answers that are those in float32 under the same plan.</param>
internal sealed record PrecisionRow(string Plan, string Type, double Accuracy, double Agreement);
