namespace EosMLNet.Models;

/// <summary>What a model is loaded for.</summary>
public enum ModelUse
{
    /// <summary>
    /// To answer. On the CPU, weights in bfloat16 and int8 are laid out for the processor while they are read: no gradient goes through
    /// them, and their numbers cannot be read.
    /// </summary>
    Answer,

    /// <summary>To be searched, or for anything else that needs gradients or numbers. Weights are ordinary tensors.</summary>
    Search,
}
