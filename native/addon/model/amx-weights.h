#pragma once

#include "platform/libraries.h"

#include <vector>

// On processors with AMX, ggml of release 0.4.0 lays out the latent attention's three-dimensional weights for AMX, and
// then has no kernel for the permuted vectors that they are multiplied with: every context of such a model would abort
// the process. Changes `params` so that these weights stay as the file has them; `overrides` ends with an empty element
// and gets another one before it. Does nothing on other processors.
void keep_from_amx(llama_model_params & params, std::vector<llama_model_tensor_buft_override> & overrides);
