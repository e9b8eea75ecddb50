namespace Benchmarks.Searching;

/// <summary>
/// Gaussian-process regression on the unit cube with a squared-exponential kernel; length scale and noise are those of the highest marginal likelihood on a grid.
/// C. Rasmussen, C. Williams: Gaussian Processes for Machine Learning, 2006, algorithm 2.1.
/// </summary>
internal sealed class GaussianProcess
{
    private static readonly double[] Lengths = [0.1, 0.15, 0.25, 0.4, 0.7, 1.2], Noises = [1e-4, 1e-2, 0.05, 0.2];

    private readonly IReadOnlyList<double[]> points;
    private readonly double length, noise, mean, scale;
    private readonly double[][] factor; // lower triangular: K + noise·I = L·Lᵀ
    private readonly double[] weights;  // (K + noise·I)⁻¹·y

    private GaussianProcess(IReadOnlyList<double[]> points, double[] standardised, double mean, double scale, double length, double noise)
    {
        (this.points, this.mean, this.scale, this.length, this.noise) = (points, mean, scale, length, noise);
        factor = Cholesky([.. points.Select((p, i) => points.Select((q, j) => Kernel(p, q) + (i == j ? noise : 0)).ToArray())]);
        var half = Forward(standardised);
        weights = Backward(half);
        LogLikelihood = -half.Sum(x => x * x) / 2 - factor.Select((row, i) => Math.Log(row[i])).Sum();
    }

    private double LogLikelihood { get; }

    /// <summary>Fits measured values.</summary>
    internal static GaussianProcess Fit(IReadOnlyList<double[]> points, IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var scale = Math.Max(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 1e-9);
        double[] standardised = [.. values.Select(v => (v - mean) / scale)];
        return (from length in Lengths from noise in Noises select new GaussianProcess(points, standardised, mean, scale, length, noise)).MaxBy(p => p.LogLikelihood)!;
    }

    /// <summary>Mean and standard deviation of the function (without the measurement's noise) at a point.</summary>
    internal (double Mean, double Deviation) Predict(double[] point)
    {
        double[] covariances = [.. points.Select(p => Kernel(p, point))];
        var explained = Forward(covariances).Sum(x => x * x);
        return (mean + scale * covariances.Zip(weights, (k, w) => k * w).Sum(), scale * Math.Sqrt(Math.Max(1 - explained, 1e-12)));
    }

    private double Kernel(double[] p, double[] q)
    {
        var distance = 0.0;
        for (var i = 0; i < p.Length; i++)
            distance += (p[i] - q[i]) * (p[i] - q[i]);
        return Math.Exp(-distance / (2 * length * length));
    }

    private static double[][] Cholesky(double[][] matrix)
    {
        for (var i = 0; i < matrix.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i][j];
                for (var k = 0; k < j; k++)
                    sum -= matrix[i][k] * matrix[j][k];
                matrix[i][j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[j][j];
            }
        }
        return matrix;
    }

    // Solves L·x = b.
    private double[] Forward(double[] b)
    {
        var x = new double[b.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var sum = b[i];
            for (var k = 0; k < i; k++)
                sum -= factor[i][k] * x[k];
            x[i] = sum / factor[i][i];
        }
        return x;
    }

    // Solves Lᵀ·x = b.
    private double[] Backward(double[] b)
    {
        var x = new double[b.Length];
        for (var i = x.Length - 1; i >= 0; i--)
        {
            var sum = b[i];
            for (var k = i + 1; k < x.Length; k++)
                sum -= factor[k][i] * x[k];
            x[i] = sum / factor[i][i];
        }
        return x;
    }
}
