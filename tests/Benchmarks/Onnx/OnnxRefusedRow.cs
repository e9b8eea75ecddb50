namespace Benchmarks.Onnx;

/// <summary>A plan that neither engine runs.</summary>
/// <param name="Model">The model.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Message">What ONNX Runtime's engine says; torch's has the same code.</param>
internal sealed record OnnxRefusedRow(string Model, string Plan, string Message);
