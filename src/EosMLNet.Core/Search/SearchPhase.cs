namespace EosMLNet.Search;

/// <summary>A phase of a search. The phases come in this order; with several plans or seeds, some come again.</summary>
public enum SearchPhase
{
    /// <summary>
    /// The vision tower runs over images that are measured first. Later images are encoded when a step or a question needs them.
    /// </summary>
    Images,

    /// <summary>
    /// The unreduced model is measured on the validation questions; with <see cref="SearchObjective.UnreducedModel"/> it first answers
    /// all questions.
    /// </summary>
    Unreduced,

    /// <summary>Optimiser steps.</summary>
    Steps,

    /// <summary>Trials of other counts of tokens, as the counts come to rest. They come between two steps.</summary>
    Counts,

    /// <summary>Trials of leaving sites out that do not pay for themselves; they come behind those of counts.</summary>
    Sites,

    /// <summary>Trials of the operator's corners: simpler plans that answer as well.</summary>
    Corners,

    /// <summary>The last measurement: the plan on the validation questions.</summary>
    Validation,

    /// <summary>Prefill is measured, where the constraints have a latency table.</summary>
    Latency,
}
