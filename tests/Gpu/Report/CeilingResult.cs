namespace Gpu.Report;

/// <summary>What the device can do at most, measured.</summary>
/// <param name="MatmulSize">n of the n×n×n product in bf16.</param>
/// <param name="MatmulTeraflops">10¹² floating-point operations a second of it, two to a multiply-accumulate.</param>
/// <param name="CopyBytes">Bytes that were copied.</param>
/// <param name="CopyGigabytes">10⁹ bytes a second of a copy on the device, read and written bytes both counted.</param>
internal sealed record CeilingResult(int MatmulSize, double MatmulTeraflops, long CopyBytes, double CopyGigabytes);
