using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>How much is measured.</summary>
internal sealed record QualitySettings
{
    /// <summary>The report's own size.</summary>
    internal static readonly QualitySettings Full = new();

    /// <summary>Everything once, on next to nothing: whether the program works, in seconds.</summary>
    internal static readonly QualitySettings Quick = new()
    {
        Name = "quick", Budgets = [16, 8], Between = [12], Seeds = [1, 2], PartSeeds = [1], SearchImages = 3, ValidationImages = 1, TestImages = 3, TrialQuestions = 10, TimedQuestions = 3, SecondModelSteps = 2, Shorten = s => s with { Steps = 2, SnapToCorners = false },
        MostTrials = 4, MostPresets = 4,
    };

    /// <summary>Names the folder of the results.</summary>
    public string Name { get; init; } = "full";

    /// <summary>Mean visual tokens.</summary>
    public IReadOnlyList<int> Budgets { get; init; } = [48, 32, 16, 8, 4];

    /// <summary>Budgets between those, for which plans are interpolated.</summary>
    public IReadOnlyList<int> Between { get; init; } = [40, 24, 12, 6];

    /// <summary>The budget of ablations: where the search as it comes has something to lose.</summary>
    public int AblationBudget { get; init; } = 8;

    /// <summary>The budget of transfer, and that from which on downwards seeds differ.</summary>
    public int CloseBudget { get; init; } = 16;

    /// <summary>Seeds of the searches.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3, 4, 5];

    /// <summary>What the images are drawn from.</summary>
    public int DataSeed { get; init; } = 3003;

    /// <summary>Images that searches learn from.</summary>
    public int SearchImages { get; init; } = 1200;

    /// <summary>Images that searches decide by.</summary>
    public int ValidationImages { get; init; } = 100;

    /// <summary>Images that no search sees, with about fourteen questions each.</summary>
    public int TestImages { get; init; } = 300;

    /// <summary>Questions that are asked one by one, for the time of an answer.</summary>
    public int TimedQuestions { get; init; } = 200;

    /// <summary>Questions that a search without gradients measures each plan on.</summary>
    public int TrialQuestions { get; init; } = 700;

    /// <summary>The most plans that such a search tries, whatever its budget of questions.</summary>
    public int MostTrials { get; init; } = int.MaxValue;

    /// <summary>The most published methods.</summary>
    public int MostPresets { get; init; } = int.MaxValue;

    /// <summary>Training steps from the base model to the second one.</summary>
    public int SecondModelSteps { get; init; } = 60;

    /// <summary>The seeds of the searches without gradients.</summary>
    public IReadOnlyList<int> OtherSeeds { get; init; } = [1];

    /// <summary>The seeds of ablations of the operator's parts.</summary>
    public IReadOnlyList<int> PartSeeds { get; init; } = [1, 2, 3];

    /// <summary>The part of the search's steps that ablations take.</summary>
    public double AblationSteps { get; init; } = 0.25;

    /// <summary>The steps of a search: the default, and more where so little is kept that plans go on getting better (ADR 43).</summary>
    /// <param name="budget">Mean visual tokens of 144.</param>
    public static int StepsAt(int budget) => new SearchSettings { Constraints = new() }.Steps * budget switch { <= 4 => 24, <= 8 => 8, _ => 1 };

    /// <summary>Makes a search shorter than its default.</summary>
    public Func<SearchSettings, SearchSettings> Shorten { get; init; } = s => s;
}
