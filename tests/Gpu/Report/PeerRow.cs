namespace Gpu.Report;

/// <summary>Hugging Face transformers at one batch size, unreduced.</summary>
/// <param name="Batch">Prompts side by side.</param>
/// <param name="FirstMilliseconds">Vision tower, projector, decoder over the prompts, first token.</param>
/// <param name="DecodeMilliseconds">The 64 tokens after it.</param>
internal sealed record PeerRow(int Batch, double FirstMilliseconds, double DecodeMilliseconds);
