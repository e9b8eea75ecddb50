namespace ScenesVqa.Training;

/// <summary>A learning rate that rises linearly over the first 4 % of the run and falls to zero as half a cosine.</summary>
internal static class CosineSchedule
{
    private const double WarmUp = 0.04;

    /// <param name="peak">The highest rate.</param>
    /// <param name="progress">The share of the run that is over, 0 … 1.</param>
    public static double At(double peak, double progress) =>
        progress < WarmUp ? peak * (progress + 1e-3) / WarmUp : peak * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (progress - WarmUp) / (1 - WarmUp))));
}
