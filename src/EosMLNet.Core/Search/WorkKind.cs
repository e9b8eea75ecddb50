namespace EosMLNet.Search;

/// <summary>What a search spends its time on, by what a unit of it costs.</summary>
internal enum WorkKind
{
    /// <summary>An image through the vision tower.</summary>
    Image,

    /// <summary>A question that the unreduced model answers token by token.</summary>
    Answer,

    /// <summary>A validation question through the unreduced model.</summary>
    Unreduced,

    /// <summary>A row's hidden states in the unreduced model, for the alignment.</summary>
    State,

    /// <summary>An optimiser step.</summary>
    Step,

    /// <summary>A validation question under a plan.</summary>
    Trial,

    /// <summary>A prefill that is timed.</summary>
    Measurement,
}
