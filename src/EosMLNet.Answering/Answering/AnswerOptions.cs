namespace EosMLNet;

/// <summary>The options of <see cref="VisionLanguageCatalog.Answer(AnswerOptions)"/>.</summary>
public sealed class AnswerOptions : VisionLanguageOptions
{
    /// <summary>A plan file, as a search or <c>eos search</c> wrote it. It is read when the estimator is made.</summary>
    /// <value>The default is null: the model answers unreduced.</value>
    public string? PlanPath { get; set; }
}
