namespace EosMLNet.Search;

/// <summary>
/// Says how much of a search is done, and how long the rest takes. What a unit of work costs is learned as it is done, the last units
/// counting most; until then it is guessed from the cost of the others.
/// </summary>
/// <param name="seconds">The time, in seconds.</param>
/// <param name="guesses">How many units of unreduced questions a unit of each kind is likely to cost.</param>
internal sealed class WorkEstimate(Func<double> seconds, IReadOnlyDictionary<WorkKind, double> guesses)
{
    // How much less each piece of work counts than the next one: the first ones are slow, for the runtime warms up.
    private const double Memory = 0.9;
    // The rest is not told while more of it than this is guessed.
    private const double MostGuessed = 0.4;
    // Steps that are made before the rest is told.
    private const int FewestSteps = 3;
    // Where work turns out to be more than was expected, the end is not told before it is there.
    private const double Almost = 0.999;

    // By which of the measured kinds others are guessed, the best guide first.
    private static readonly WorkKind[] NearTrials = [WorkKind.Step, WorkKind.Unreduced, WorkKind.Answer, WorkKind.State, WorkKind.Image];
    private static readonly WorkKind[] NearOthers =
        [WorkKind.Unreduced, WorkKind.Step, WorkKind.Answer, WorkKind.Trial, WorkKind.State, WorkKind.Image];

    private readonly double[] rest = new double[Enum.GetValues<WorkKind>().Length];
    private readonly (int Times, double Units, double Seconds)[] done = new (int, double, double)[Enum.GetValues<WorkKind>().Length];
    private readonly Stack<(WorkKind Kind, double Began, double Inner)> open = [];
    private double told = seconds();

    /// <summary>The share of everything that is done, as <see cref="Advance"/> last found it.</summary>
    internal double Fraction { get; private set; }

    /// <summary>Seconds that the rest takes; <see langword="null"/> while too much of it is guessed.</summary>
    internal double? Remaining
    {
        get
        {
            var all = Rest();
            var guessed = Enum.GetValues<WorkKind>().Where(kind => !IsKnown(kind)).Sum(kind => rest[(int)kind] * Cost(kind));
            return double.IsFinite(all) && guessed <= MostGuessed * all ? all : null;
        }
    }

    /// <summary>Says how many units of a kind are still to come.</summary>
    internal void Expect(WorkKind kind, double units) => rest[(int)kind] = Math.Max(0, units);

    /// <summary>Begins at a share that was done before, by another process.</summary>
    /// <param name="units">The units that were done.</param>
    internal void Resume(IEnumerable<(WorkKind Kind, double Units)> units)
    {
        var before = units.Sum(work => work.Units * guesses[work.Kind]);
        var after = Enum.GetValues<WorkKind>().Sum(kind => rest[(int)kind] * guesses[kind]);
        Fraction = Math.Min(Almost, before > 0 ? before / (before + after) : 0);
    }

    /// <summary>Work begins. Work that begins before it has ended is a part of it and has a price of its own.</summary>
    internal void Begin(WorkKind kind) => open.Push((kind, seconds(), 0));

    /// <summary>The work that began last has ended.</summary>
    /// <param name="units">How many units it was.</param>
    internal void End(double units)
    {
        var (kind, began, inner) = open.Pop();
        var whole = seconds() - began;
        if (open.TryPop(out var outer))
            open.Push(outer with { Inner = outer.Inner + whole });
        ref var sum = ref done[(int)kind];
        // The first time the runtime compiles what it runs: that is forgotten when there is a second.
        var memory = sum.Times == 1 ? 0 : Memory;
        sum = (sum.Times + 1, memory * sum.Units + units, memory * sum.Seconds + whole - inner);
    }

    /// <summary>
    /// Moves <see cref="Fraction"/> on, by the part that the time since the last call has of that time and the rest together. So it never
    /// falls, whatever becomes of the rest.
    /// </summary>
    internal void Advance()
    {
        var (now, left) = (seconds(), Rest());
        if (!double.IsFinite(left))
            return; // nothing was measured yet: the time counts when something is
        var passed = Math.Max(0, now - told);
        told = now;
        if (passed > 0)
            Fraction = Math.Max(Fraction, Math.Min(Almost, 1 - (1 - Fraction) * left / (passed + left)));
    }

    /// <summary>All is done.</summary>
    internal void Finish()
    {
        Array.Clear(rest);
        Fraction = 1;
    }

    // Not a finite number while nothing was measured.
    private double Rest()
    {
        double sum = 0;
        foreach (var kind in Enum.GetValues<WorkKind>())
        {
            if (rest[(int)kind] > 0)
                sum += rest[(int)kind] * Cost(kind);
        }
        return sum;
    }

    private bool IsMeasured(WorkKind kind) => done[(int)kind].Units > 0;

    // A question under a plan is much like a part of a step. Single prefills, and what comes beside steps, are a small part of all.
    private bool IsKnown(WorkKind kind)
    {
        var knowsSteps = done[(int)WorkKind.Step].Times >= FewestSteps;
        return rest[(int)kind] == 0 || knowsSteps || kind != WorkKind.Step && IsMeasured(kind);
    }

    private double Cost(WorkKind kind)
    {
        if (IsMeasured(kind))
            return Measured(kind);
        foreach (var known in kind == WorkKind.Trial ? NearTrials : NearOthers)
        {
            if (IsMeasured(known))
                return Measured(known) * guesses[kind] / guesses[known];
        }
        return double.PositiveInfinity;
    }

    private double Measured(WorkKind kind) => done[(int)kind].Seconds / done[(int)kind].Units;
}
