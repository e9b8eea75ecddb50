namespace Gpu.Report;

/// <summary>Hugging Face transformers at one batch size, unreduced.</summary>
/// <param name="Batch">Prompts side by side.</param>
/// <param name="FirstMilliseconds">Vision tower, projector, decoder over the prompts, first token.</param>
/// <param name="DecodeMilliseconds">The 64 tokens after it.</param>
/// <param name="PeakBytes">The most memory that its tensors took; <see langword="null"/> without a GPU.</param>
internal sealed record PeerRow(int Batch, double FirstMilliseconds, double DecodeMilliseconds, long? PeakBytes);
