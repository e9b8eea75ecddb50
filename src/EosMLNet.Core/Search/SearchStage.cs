namespace EosMLNet.Search;

/// <summary>
/// A stretch of a search that ends with a plan. Its limits tighten along the way: with many tokens left, the gradient tells which of them are worth least, and so
/// the few that stay in the end are found step by step rather than guessed at once.
/// </summary>
/// <param name="From">The limits that it begins with.</param>
/// <param name="To">The limits that it ends with.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="First">The steps of earlier stages.</param>
/// <param name="InitialRate">The first step's learning rate, as a part of the settings'.</param>
/// <param name="Tightening">The part of the steps after which the limits are reached; the rest settle what is left.</param>
/// <param name="Temperature">T of the soft selection at its first and last step.</param>
internal sealed record SearchStage(SearchConstraints From, SearchConstraints To, int Steps, int First, double InitialRate, double Tightening, (double First, double Last) Temperature)
{
    // The last step's learning rate: counts and γ are to come to rest.
    private const double FinalRate = 0.1;

    /// <summary>The limits of a step, counted from 1 within the stage.</summary>
    internal SearchConstraints Limits(int step) => To.Loosened(From, Math.Max(0, 1 - step / Math.Max(1, Tightening * Steps)));

    /// <summary>The learning rate of a step, as a part of the settings'.</summary>
    internal double Rate(int step) => InitialRate + (FinalRate - InitialRate) * Done(step);

    /// <summary>The same for the counts: the looser the limits, the less the loss says about them, and one that fell too early is slow to come back.</summary>
    internal double CountRate(int step) => Rate(step) * Math.Min(1, step / Math.Max(1, Tightening * Steps));

    /// <summary>T of the soft selection at a step.</summary>
    internal double TemperatureAt(int step) => Temperature.First * Math.Pow(Temperature.Last / Temperature.First, Done(step));

    private double Done(int step) => (step - 1.0) / Math.Max(1, Steps - 1);
}
