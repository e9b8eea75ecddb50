namespace Benchmarks.Quality;

/// <summary>What a plan is tested on.</summary>
internal enum TestGround
{
    /// <summary>The model that it was made for, in float32, on the test questions.</summary>
    Home,

    /// <summary>The same on <see cref="Quality.ShrunkImages"/>.</summary>
    ShrunkImages,

    /// <summary>The second base model.</summary>
    SecondModel,

    /// <summary>The model in bfloat16.</summary>
    BFloat16,

    /// <summary>The model in int8.</summary>
    Int8,

    /// <summary>Questions about images of <see cref="QualityModel.OtherSize"/>.</summary>
    OtherSize,
}
